/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * page.html as bytes.
 */
	.section .rodata.http_page, "a", %progbits
	.globl http_page, http_page_end
	.type http_page, %object
http_page:
	.incbin "lib/ukhttp/page.html"
http_page_end:
	.size http_page, . - http_page

	.section .note.GNU-stack, "", %progbits
