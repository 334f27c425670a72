/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#define _GNU_SOURCE
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <wchar.h>
#include "table.h"

static char buf[8192];

/* --- printf ---------------------------------------------------------------*/

static void shown(const char *format, int len)
{
	printf("printf %s = %d [%s]\n", format, len, buf);
}

#define P(format, ...) \
	shown(format, snprintf(buf, sizeof(buf), format, __VA_ARGS__))

static void integers(void)
{
	int n = 0;

	P("%d %i %u %o %x %X", -1, 42, 42U, 42U, 0xabcU, 0xabcU);
	P("%5d|%-5d|%05d|%+d|% d|%.3d|%8.3d", 42, 42, 42, 42, 42, 7, -7);
	P("%hhd %hd %ld %lld", (signed char)-3, (short)-300, LONG_MIN,
	  LLONG_MAX);
	P("%hhu %hx %zu %td %jd", (unsigned char)200, (unsigned short)65535,
	  SIZE_MAX, (ptrdiff_t)-5, INTMAX_MIN);
	P("%#x %#o %#X %#x %#o", 255, 8, 255, 0, 0);
	P("%*d|%-*d|%.*d", 6, 42, 6, 42, 4, 42);
	P("%.0d|%.d|%5.0d|", 0, 0, 0);
	P("%c%c%%%5c|%-5c|", 'a', 'b', 'c', 'd');
	P("%s|%10s|%-10s|%.2s|%10.2s", "text", "text", "text", "text", "text");
	P("12345%n%s", &n, "");
	printf("printf %%n = %d\n", n);
	P("%2$s-%1$s", "one", "two");
	P("%3$d %1$d %2$d %3$d", 1, 2, 3);
	P("%2$*1$d|%3$.2f|%4$s", 6, 42, 1.5, "end");
	P("%1$s %3$ld %2$c %1$s", "a", 'b', 1234567890123L);
	P("%ls|%5ls|%-5ls|%.2ls", L"wide", L"ab", L"ab", L"abcd");
	P("%lc%lc|%3lc", (wint_t)L'x', (wint_t)L'y', (wint_t)L'z');
	P("%S|%C", L"wide", (wint_t)L'c');
	printf("snprintf cut = %d [%s]\n", snprintf(buf, 5, "%s", "long text"),
	       buf);
	printf("snprintf none = %d\n", snprintf(NULL, 0, "%d", 12345));
}

static void doubles(void)
{
	static const double values[] = {
		0.0,	    -0.0,	1.0,	 -1.5,	      0.1,   0.5,
		1.5,	    2.5,	1e15,	 1e16,	      1e22,  1e23,
		123456.789, 0.00001234, 5e-324,	 1e-300,      1e300, DBL_MAX,
		DBL_MIN,    0.3,	2.0 / 3, 9.5,	      99.95, 9.995,
		999998.5,   1e100,	0.05,	 0.999999999,
	};

	for (unsigned int i = 0; i < sizeof(values) / sizeof(*values); i++) {
		double v = values[i];

		P("%f|%e|%g", v, v, v);
		P("%.0f|%.1f|%.3f|%.20f", v, v, v, v);
		P("%.0e|%.1e|%.25e", v, v, v);
		P("%.1g|%.3g|%.17g|%.40g", v, v, v, v);
		P("%#.0f|%#g|%+.2f|% .2f|%015.2f|%-15.2e|%G|%E", v, v, v, v, v,
		  v, v, v);
		/* how a subnormal number begins is the library's choice */
		if (!v || fabs(v) >= DBL_MIN)
			P("%.1a|%.0a|%a|%A", v, v, v, v);
		snprintf(buf, sizeof(buf), "%a", v);
		printf("printf %%a = %d\n", strtod(buf, NULL) == v);
	}
	P("%f|%e|%g|%a|%F|%E|%G|%A", INFINITY, INFINITY, INFINITY, INFINITY,
	  -INFINITY, INFINITY, INFINITY, INFINITY);
	P("%f|%10f|%-10f|%010f|%+f", NAN, NAN, INFINITY, INFINITY, INFINITY);
	P("%.300f", 1e-200);
	P("%.1100f", 5e-324);
	P("%.0f", DBL_MAX);
}

static void long_doubles(void)
{
	static const long double values[] = {
		0.0L,	 -0.0L,	    1.0L,      -2.5L,	    0.1L,
		14.5L,	 1e4000L,   -1e-4000L, LDBL_MAX,    LDBL_MIN,
		1e20L,	 0.5L,	    1.5L,      1.0L / 3,    LDBL_EPSILON,
		1e4931L, 99999.95L, 1e-4940L,  12345678.9L, 1 + LDBL_EPSILON,
	};

	for (unsigned int i = 0; i < sizeof(values) / sizeof(*values); i++) {
		long double v = values[i];

		P("%Lf", v);
		P("%Le|%Lg|%.0Lf|%.1Lf", v, v, v, v);
		P("%.40Le|%.60Lg|%.36Lg|%.2Lg", v, v, v, v);
		P("%#Lg|%+.3Le|%030.3Le|%-30.2Le|", v, v, v, v);
		/* the first digit is the library's choice */
		snprintf(buf, sizeof(buf), "%La", v);
		printf("printf %%La = %d\n", strtold(buf, NULL) == v);
	}
	P("%Lf|%Le|%LG|%LA", (long double)INFINITY, (long double)-INFINITY,
	  (long double)NAN, (long double)INFINITY);
	P("%2$Lf %1$d %3$Lg", 5, 2.5L, 1e100L);
}

/* --- scanf ----------------------------------------------------------------*/

static void scans(void)
{
	int a = -1, b = -1, c = -1, n;
	long l = -1;
	float f = -1;
	double d = -1;
	long double ld = -1;
	char s[40] = "-", t[40] = "-";
	wchar_t w[40] = L"-";

	n = sscanf("12 -7 0x1f", "%d %i %i", &a, &b, &c);
	printf("sscanf ints = %d: %d %d %d\n", n, a, b, c);
	n = sscanf("ff 777 123456789012", "%x %o %ld", (unsigned int *)&a,
		   (unsigned int *)&b, &l);
	printf("sscanf bases = %d: %d %d %ld\n", n, a, b, l);
	n = sscanf("1.5 2.5e3 1e400", "%f %lf %Lf", &f, &d, &ld);
	printf("sscanf floats = %d: %a %a %d\n", n, f, d,
	       ld > 1e300L && ld < LDBL_MAX);
	n = sscanf("3.14159265358979323846264338327950288", "%Lf", &ld);
	printf("sscanf %%Lf = %d: %d\n", n,
	       ld == strtold("3.14159265358979323846264338327950288", NULL));
	n = sscanf("inf -nan 1e", "%lf %lf", &d, &d);
	printf("sscanf inf = %d: %d\n", n, isnan(d) != 0);
	n = sscanf("word 12:34", "%s %d:%d", s, &a, &b);
	printf("sscanf words = %d: %s %d %d\n", n, s, a, b);
	n = sscanf("abc123xyz", "%[a-c]%*d%[^y]", s, t);
	printf("sscanf sets = %d: %s %s\n", n, s, t);
	n = sscanf("hello", "%2c%n%s", s, &a, t);
	printf("sscanf %%c = %d: %.2s %d %s\n", n, s, a, t);
	n = sscanf("wide rest", "%ls %s", w, s);
	printf("sscanf %%ls = %d: %ls %s\n", n, w, s);
	n = sscanf("1 2", "%2$d %1$d", &a, &b);
	printf("sscanf %%2$d = %d: %d %d\n", n, a, b);
	n = sscanf("", "%d", &a);
	printf("sscanf empty = %d\n", n);
	n = sscanf("x", "%d", &a);
	printf("sscanf mismatch = %d\n", n);
	n = sscanf("1234567", "%3d%2d%d", &a, &b, &c);
	printf("sscanf widths = %d: %d %d %d\n", n, a, b, c);
	n = sscanf("300", "%hhd", (signed char *)s);
	printf("sscanf %%hhd = %d: %d\n", n, s[0]);
}

/* --- time -----------------------------------------------------------------*/

static void times(void)
{
	static const time_t values[] = { 0,	     1,		 951782400,
					 951868799,  1709164800, 4107542400,
					 -1,	     -86401,	 253402300799,
					 1234567890, 1e9,	 -2208988800 };
	static const time_t never = LLONG_MAX;
	static const struct tm odd = { .tm_wday = 99, .tm_mon = -77 };
	char text[300];

	for (unsigned int i = 0; i < sizeof(values) / sizeof(*values); i++) {
		struct tm tm = *gmtime(&values[i]), again = tm;

		printf("gmtime %lld = %d-%d-%d %d:%d:%d wday %d yday %d\n",
		       (long long)values[i], tm.tm_year, tm.tm_mon, tm.tm_mday,
		       tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_wday,
		       tm.tm_yday);
		strftime(text, sizeof(text),
			 "%a %A %b %B %c %C %d %D %e %F %g %G %h %H %I %j %k "
			 "%l %m %M %p %r %R %S %T %u %U %V %w %W %x %X %y %Y "
			 "%%",
			 &tm);
		printf("strftime %lld = %s\n", (long long)values[i], text);
		printf("asctime %lld = %s", (long long)values[i], asctime(&tm));
		again.tm_mon += 14;
		again.tm_mday -= 40;
		again.tm_sec += 100000;
		printf("mktime %lld = %lld %lld", (long long)values[i],
		       (long long)mktime(&tm), (long long)mktime(&again));
		printf(" %d-%d-%d wday %d\n", again.tm_year, again.tm_mon,
		       again.tm_mday, again.tm_wday);
	}
	printf("difftime = %a\n", difftime(100, 250));
	strftime(text, sizeof(text), "%a|%A|%b|%B", &odd);
	printf("strftime of no day = %s\n", text);
	printf("asctime of no day = %s", asctime(&odd));
	printf("ctime of no year = %d\n", ctime(&never) == NULL);
	printf("strftime short = %zu\n",
	       strftime(text, 3, "%Y", gmtime(&values[0])));
}

/* --- sorting, jumping, strings --------------------------------------------*/

static int by_value(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return (x > y) - (x < y);
}

static void sorts(void)
{
	static int numbers[1000];
	unsigned int seed = 1, sum = 0;

	for (int count = 0; count <= 1000; count += count < 10 ? 1 : 330) {
		for (int i = 0; i < count; i++) {
			seed = seed * 1103515245 + 12345;
			numbers[i] = (int)(seed >> 16) % 200 - 100;
		}
		qsort(numbers, (size_t)count, sizeof(*numbers), by_value);
		for (int i = 0; i < count; i++)
			sum = sum * 31 + (unsigned int)numbers[i];
		printf("qsort %d = %u\n", count, sum);
	}
	for (int key = -101; key <= 101; key += 7) {
		int *found = bsearch(&key, numbers, 1000, sizeof(*numbers),
				     by_value);

		printf("bsearch %d = %d\n", key, found ? *found : 9999);
	}
	printf("div = %d %d %ld %ld\n", div(-7, 2).quot, div(-7, 2).rem,
	       ldiv(7, -2).quot, ldiv(7, -2).rem);
}

static jmp_buf here;

static void jumps(void)
{
	static const int values[] = { 1, 2, -1, 0, INT_MAX, INT_MIN };

	for (volatile unsigned int i = 0; i < 6; i++) {
		volatile int rounds = 0;
		int got = setjmp(here);

		if (!got && rounds++ < 3)
			longjmp(here, values[i]);
		printf("longjmp %d = %d after %d\n", values[i], got, rounds);
	}
}

static void strings(void)
{
	char text[] = ",a,,b;c", *save, *word;

	for (word = strtok_r(text, ",;", &save); word;
	     word = strtok_r(NULL, ",;", &save))
		printf("strtok_r = %s\n", word);
	printf("span = %zu %zu\n", strspn("aabc", "ab"), strcspn("xyz", "z"));
	printf("casecmp = %d %d\n", strcasecmp("AbC", "aBc"),
	       strncasecmp("abX", "aby", 3) < 0);
	printf("strstr = %s\n", strstr("one two three", "two"));
	printf("swprintf = %d %ls\n",
	       swprintf((wchar_t *)buf, 50, L"%d-%ls-%.2Lf", 5, L"w", 1.5L),
	       (wchar_t *)buf);
	printf("mbstowcs = %zu\n", mbstowcs((wchar_t *)buf, "abc", 10));
}

void table_text(void)
{
	integers();
	doubles();
	long_doubles();
	scans();
	times();
	sorts();
	jumps();
	strings();
}
