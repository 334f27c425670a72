/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * arm64's answer to <uk/arch/ctx.h>: x19–x30, sp, pc, the interrupt masks,
 * d8–d15 and FPCR (AAPCS64 6.1).
 */
#ifndef __UK_ARCH_CTX_H__
#error "include <uk/arch/ctx.h>"
#endif

#define ARM64_CTX_D8 272
#define ARM64_CTX_FPCR 336

#define ARM64_PSTATE_EL1T 0x4

#ifndef __ASSEMBLY__
struct ukarch_ctx {
	struct __regs regs;
	__u64 d8[8];
	__u64 fpcr;
	__u64 reserved;
};
UK_CTASSERT(__offsetof(struct ukarch_ctx, d8) == ARM64_CTX_D8);
UK_CTASSERT(__offsetof(struct ukarch_ctx, fpcr) == ARM64_CTX_FPCR);

void ukarch_ctx_start(void);

/* The masks of debug exceptions and SErrors are the creator's. */
static inline void ukarch_ctx_init(struct ukarch_ctx *ctx, __uptr sp,
				   __uptr entry, __uptr arg)
{
	__u64 daif;

	__asm__ volatile("mrs %0, daif" : "=r"(daif));
	*ctx = (struct ukarch_ctx){ 0 };
	ctx->regs.x[19] = entry;
	ctx->regs.x[20] = arg;
	ctx->regs.sp = sp;
	ctx->regs.pc = (__u64)ukarch_ctx_start;
	ctx->regs.pstate = daif | 0x80 | ARM64_PSTATE_EL1T;
}
#endif /* !__ASSEMBLY__ */
