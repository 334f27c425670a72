/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The time of day is the MC146818's (Motorola data sheet, 1988). It counts
 * seconds; when in the second it is asked is not known.
 */
#include <arch/io.h>
#include <uk/plat/common.h>

#define RTC_INDEX 0x70
#define RTC_DATA 0x71
#define RTC_REG_A 0x0a
#define RTC_REG_B 0x0b
#define RTC_UIP 0x80
#define RTC_BINARY 0x04
#define RTC_CENTURY 20

#define UIP_POLLS_MAX 100000

static __u8 rtc_read(__u8 reg)
{
	outb(RTC_INDEX, reg);
	return inb(RTC_DATA);
}

static unsigned int from_bcd(unsigned int v, int binary)
{
	return binary ? v : (v >> 4) * 10 + (v & 0xf);
}

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static __u64 days(unsigned int y, unsigned int m, unsigned int d)
{
	static const __u16 before[] = { 0,   31,  59,  90,  120, 151,
					181, 212, 243, 273, 304, 334 };
	unsigned int leaps = y / 4 - y / 100 + y / 400;
	int leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;

	if (leap && m <= 2)
		leaps--;
	return (y - 1970) * 365UL + leaps - 477 + before[(m - 1) % 12] + d - 1;
}

__u64 plat_rtc_seconds(void)
{
	static const __u8 regs[] = { 0, 2, 4, 7, 8, 9 };
	unsigned int v[6];
	int binary;

	if (rtc_read(RTC_REG_A) == 0xff)
		return 0; /* no RTC */
	for (unsigned int i = 0; i < UIP_POLLS_MAX; i++)
		if (!(rtc_read(RTC_REG_A) & RTC_UIP))
			break;
	binary = rtc_read(RTC_REG_B) & RTC_BINARY;
	for (unsigned int i = 0; i < ARRAY_SIZE(regs); i++)
		v[i] = from_bcd(rtc_read(regs[i]), binary);
	if (v[4] < 1 || v[4] > 12)
		return 0;
	return days(RTC_CENTURY * 100 + v[5], v[4], v[3]) * 86400 +
	       v[2] * 3600UL + v[1] * 60UL + v[0];
}
