/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * x86_64's answer to <uk/arch/ctx.h>: rbx, rbp, rsp, r12–r15, rip, MXCSR and
 * the x87 control word (System V psABI 3.2.1, 3.2.3).
 */
#ifndef __UK_ARCH_CTX_H__
#error "include <uk/arch/ctx.h>"
#endif

#define X86_CTX_MXCSR 176
#define X86_CTX_FCW 180

#ifndef __ASSEMBLY__
struct ukarch_ctx {
	struct __regs regs;
	__u32 mxcsr;
	__u16 fcw;
	__u16 reserved;
};
UK_CTASSERT(__offsetof(struct ukarch_ctx, mxcsr) == X86_CTX_MXCSR);
UK_CTASSERT(__offsetof(struct ukarch_ctx, fcw) == X86_CTX_FCW);

void ukarch_ctx_start(void);

static inline void ukarch_ctx_init(struct ukarch_ctx *ctx, __uptr sp,
				   __uptr entry, __uptr arg)
{
	*ctx = (struct ukarch_ctx){
		.regs = { .rbx = entry,
			  .r12 = arg,
			  .rip = (__u64)ukarch_ctx_start,
			  .rsp = sp,
			  .eflags = 2,
			  .cs = 0x08,
			  .ss = 0x10 },
		.mxcsr = 0x1f80,
		.fcw = 0x037f,
	};
}
#endif /* !__ASSEMBLY__ */
