/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * What both linker scripts share; doc/sections.md explains each section. Each
 * group of rights has pages of its own, so that the boot code can map it with
 * just those; the bounds _text … _end are multiples of the page size.
 */
#ifndef __LINK_LDS_H__
#define __LINK_LDS_H__

/*
 * On to the next page, at the same place in it: the new segment follows in
 * the file without padding.
 */
#define NEXT_PAGE . = ALIGN(0x1000) + (. & 0xfff);

#define PAGE_START (. & ~0xfff)

/*
 * The ELF headers are the first bytes of the image, which saves a page of the
 * file; entry code comes next.
 */
#define SECTION_TEXT                                                           \
	_text = .;                                                             \
	. = . + SIZEOF_HEADERS;                                                \
	.text : {                                                              \
		KEEP(*(.text.boot))                                            \
		uk_nobreak_start = .;                                          \
		*(.text.uk_nobreak .text.uk_nobreak.*)                         \
		uk_nobreak_end = .;                                            \
		*(.text .text.*)                                               \
	} :text                                                                \
	uk_scratch_text = ALIGN(0x1000);                                       \
	.uk_scratch_text : { *(.uk_scratch_text) } :text                       \
	_etext = ALIGN(0x1000);                                                \
	NEXT_PAGE                                                              \
	_rodata = PAGE_START;

/* Link-time tables: see <uk/table.h>. */
#define SECTION_RODATA                                                         \
	.rodata : {                                                            \
		*(.rodata .rodata.*)                                           \
		*(.srodata .srodata.*)                                         \
		. = ALIGN(8);                                                  \
		KEEP(*(SORT_BY_NAME(.uk_tab.*)))                               \
		. = ALIGN(8);                                                  \
		uk_extable_start = .;                                          \
		KEEP(*(.uk_extable))                                           \
		uk_extable_end = .;                                            \
	} :rodata                                                              \
	.note.gnu.build-id : {                                                 \
		uk_build_id = .;                                               \
		KEEP(*(.note.gnu.build-id))                                    \
		uk_build_id_end = .;                                           \
	} :rodata :note                                                        \
	SECTION_TLS                                                            \
	.init_array : {                                                        \
		__init_array_start = .;                                        \
		KEEP(*(SORT_BY_INIT_PRIORITY(.init_array.*)))                  \
		KEEP(*(.init_array))                                           \
		__init_array_end = .;                                          \
	} :rodata                                                              \
	.fini_array : {                                                        \
		__fini_array_start = .;                                        \
		KEEP(*(SORT_BY_INIT_PRIORITY(.fini_array.*)))                  \
		KEEP(*(.fini_array))                                           \
		__fini_array_end = .;                                          \
	} :rodata                                                              \
	_erodata = ALIGN(0x1000);                                              \
	NEXT_PAGE                                                              \
	_data = PAGE_START;

/*
 * Thread-local variables: their initial values, which uktls copies for each
 * thread. .tbss takes no room here; main's area is in .bss.
 */
#ifdef CONFIG_LIBUKTLS
#define TLS_PHDR tls PT_TLS FLAGS(4);
#define SECTION_TLS                                                            \
	.tdata : { *(.tdata .tdata.*) } :rodata :tls                           \
	.tbss : { *(.tbss .tbss.*) } :rodata :tls                              \
	uk_tls_start = ADDR(.tdata);                                           \
	uk_tls_data_size = ABSOLUTE(SIZEOF(.tdata));                           \
	uk_tls_var_size = ABSOLUTE(TLS_SIZE);                                  \
	uk_tls_alignment = ABSOLUTE(TLS_ALIGN);
#define TLS_ALIGN MAX(MAX(ALIGNOF(.tdata), ALIGNOF(.tbss)), 1)
#define TLS_SIZE (ALIGN(SIZEOF(.tdata), MAX(ALIGNOF(.tbss), 1)) + SIZEOF(.tbss))
#define TLS_MAIN                                                               \
	. = ALIGN(MAX(TLS_ALIGN, 16));                                         \
	uk_tls_main = .;                                                       \
	. += TLS_SIZE + 2 * TLS_ALIGN + 16;
#else
#define TLS_PHDR
#define TLS_MAIN
#define SECTION_TLS                                                            \
	.tdata : { *(.tdata .tdata.*) } :rodata                                \
	.tbss : { *(.tbss .tbss.*) } :rodata                                   \
	ASSERT(SIZEOF(.tdata) + SIZEOF(.tbss) == 0,                            \
	       "thread-local variables need CONFIG_LIBUKTLS: select LIBUKTLS in Config.uk")
#endif

#define SECTION_DATA                                                           \
	.data : {                                                              \
		*(.data .data.*)                                               \
		*(.got .got.plt)                                               \
		. = ALIGN(8);                                                  \
	} :data                                                                \
	_edata = .;                                                            \
	.uk_scratch_data : { *(.bss.uk_scratch) } :data                        \
	.bss : {                                                               \
		*(.bss.noclear)                                                \
		_bss = .;                                                      \
		*(.bss .bss.*)                                                 \
		*(COMMON)                                                      \
		TLS_MAIN                                                       \
		. = ALIGN(8);                                                  \
	} :data                                                                \
	_ebss = ALIGN(0x1000);

/*
 * Symbol tables come last: their size moves nothing. Without them there is no
 * segment: an empty one would count as memory at address 0, and QEMU's virt
 * then finds no room for the device tree.
 */
#ifdef CONFIG_LIBUKSYMTAB
#define SYMTAB_PHDR symtab PT_LOAD FLAGS(4);
#define IN_SYMTAB :symtab
#else
#define SYMTAB_PHDR
#define IN_SYMTAB
#endif

#define SECTION_SYMTAB                                                         \
	. = ALIGN(0x1000) + (_edata & 0xfff);                                  \
	.uk_symtab : {                                                         \
		uk_symtab_start = .;                                           \
		KEEP(*(.uk_symtab))                                            \
		uk_symtab_end = .;                                             \
	} IN_SYMTAB                                                            \
	_end = ALIGN(0x1000);

#define SECTION_DEBUG                                                          \
	.comment 0 : { *(.comment) }                                           \
	.debug_aranges 0 : { *(.debug_aranges) }                               \
	.debug_info 0 : { *(.debug_info) }                                     \
	.debug_abbrev 0 : { *(.debug_abbrev) }                                 \
	.debug_line 0 : { *(.debug_line .debug_line.*) }                       \
	.debug_frame 0 : { *(.debug_frame) }                                   \
	.debug_str 0 : { *(.debug_str) }                                       \
	.debug_line_str 0 : { *(.debug_line_str) }                             \
	.debug_str_offsets 0 : { *(.debug_str_offsets) }                       \
	.debug_addr 0 : { *(.debug_addr) }                                     \
	.debug_loc 0 : { *(.debug_loc) }                                       \
	.debug_loclists 0 : { *(.debug_loclists) }                             \
	.debug_ranges 0 : { *(.debug_ranges) }                                 \
	.debug_rnglists 0 : { *(.debug_rnglists) }                             \
	.debug_macro 0 : { *(.debug_macro) }                                   \
	.symtab 0 : { *(.symtab) }                                             \
	.strtab 0 : { *(.strtab) }                                             \
	.shstrtab 0 : { *(.shstrtab) }                                         \
	/DISCARD/ : {                                                          \
		*(.eh_frame .eh_frame_hdr)                                     \
		*(.note.GNU-stack .note.gnu.property)                          \
		*(.rela.* .rela .iplt .igot .igot.plt)                         \
		*(.ARM.* .llvm_addrsig .llvm.*)                                \
	}

#define PROGRAM_HEADERS                                                        \
	text PT_LOAD FILEHDR PHDRS FLAGS(5);                                               \
	rodata PT_LOAD FLAGS(4);                                               \
	data PT_LOAD FLAGS(6);                                                 \
	SYMTAB_PHDR                                                            \
	TLS_PHDR                                                               \
	note PT_NOTE FLAGS(4);

#endif /* __LINK_LDS_H__ */
