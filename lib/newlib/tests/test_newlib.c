/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>
#include <uk/plat/bootinfo.h>
#include <uk/test.h>

static __sz heap_len(void)
{
	const struct ukplat_bootinfo *bi = ukplat_bootinfo_get();
	__sz len = 0;

	for (unsigned int i = 0; i < bi->region_count; i++)
		if (bi->regions[i].type == UKPLAT_MEMRT_HEAP)
			len += bi->regions[i].len;
	return len;
}

UK_TESTCASE(newlib, malloc_gives_aligned_memory_of_the_heap)
{
	char *mem[64];

	for (unsigned int i = 0; i < 64; i++) {
		mem[i] = malloc(i * 37 + 1);
		UK_TEST_ASSERT_NOT_NULL(mem[i]);
		UK_TEST_EXPECT_ZERO((uintptr_t)mem[i] % 16);
		memset(mem[i], (int)i, i * 37 + 1);
	}
	for (unsigned int i = 0; i < 64; i++) {
		UK_TEST_EXPECT_SNUM_EQ(mem[i][i * 37], (char)i);
		free(mem[i]);
	}
	UK_TEST_EXPECT(heap_len() > 0);
}

UK_TESTCASE(newlib, realloc_keeps_content_and_memalign_aligns)
{
	char *a = malloc(10), *b, *c;

	UK_TEST_ASSERT_NOT_NULL(a);
	memcpy(a, "123456789", 10);
	b = memalign(256, 100);
	UK_TEST_ASSERT_NOT_NULL(b);
	UK_TEST_EXPECT_ZERO((uintptr_t)b % 256);
	memset(b, 'b', 100);
	c = realloc(a, 5000);
	UK_TEST_ASSERT_NOT_NULL(c);
	UK_TEST_EXPECT_ZERO((uintptr_t)c % 16);
	UK_TEST_EXPECT_ZERO(strcmp(c, "123456789"));
	UK_TEST_EXPECT_SNUM_EQ(b[99], 'b');
	free(b);
	free(c);
}

UK_TESTCASE(newlib, malloc_of_too_much_is_enomem)
{
	volatile size_t wraps = SIZE_MAX - 7;

	free(malloc(1));
	errno = 0;
	UK_TEST_EXPECT_NULL(malloc(heap_len() + 1));
	UK_TEST_EXPECT_SNUM_EQ(errno, ENOMEM);
	errno = 0;
	UK_TEST_EXPECT_NULL(malloc(wraps));
	UK_TEST_EXPECT_SNUM_EQ(errno, ENOMEM);
}

/* What a heap keeps for itself: the shadow is an eighth. */
#ifdef CONFIG_LIBUKKASAN
#define LEFT 4
#else
#define LEFT 8
#endif

/* The heap was full of small blocks: it is in one piece again. */
UK_TESTCASE(newlib, what_was_given_back_is_one_piece)
{
	void **all = NULL, **one, *large;
	__sz bytes = 0;

	while ((one = malloc(60000))) {
		*one = all;
		all = one;
		bytes += 60000;
	}
	while ((one = all)) {
		all = *one;
		free(one);
	}
	large = malloc(bytes / 2);
	UK_TEST_EXPECT_NOT_NULL(large);
	free(large);
}

UK_TESTCASE(newlib, most_of_the_heap_can_be_had_and_given_back)
{
	__sz most;
	char *mem;

	free(malloc(1));
	most = heap_len() - heap_len() / LEFT;
	for (int i = 0; i < 2; i++) {
		mem = malloc(most);
		UK_TEST_ASSERT_NOT_NULL(mem);
		mem[0] = mem[most - 1] = 1;
		free(mem);
	}
}

UK_TESTCASE(newlib, calloc_clears_and_notices_overflow)
{
	volatile size_t half = SIZE_MAX / 2 + 1;
	char *mem = malloc(100);

	UK_TEST_ASSERT_NOT_NULL(mem);
	memset(mem, 0xaa, 100);
	free(mem);
	mem = calloc(10, 10);
	UK_TEST_ASSERT_NOT_NULL(mem);
	for (int i = 0; i < 100; i++)
		UK_TEST_EXPECT_ZERO(mem[i]);
	free(mem);
	errno = 0;
	UK_TEST_EXPECT_NULL(calloc(half, 2));
	UK_TEST_EXPECT_SNUM_EQ(errno, ENOMEM);
}

#ifndef CONFIG_LIBUKALLOC
UK_TESTCASE(newlib, sbrk_stays_in_its_region)
{
	char *here = sbrk(0);

	UK_TEST_EXPECT_PTR_EQ(sbrk(4096), here);
	UK_TEST_EXPECT_PTR_EQ(sbrk(-4096), here + 4096);
	UK_TEST_EXPECT_PTR_EQ(sbrk(0), here);
	UK_TEST_EXPECT_PTR_EQ(sbrk(INTPTR_MAX), (void *)-1);
	UK_TEST_EXPECT_PTR_EQ(sbrk(INTPTR_MIN), (void *)-1);
	UK_TEST_EXPECT_PTR_EQ(sbrk(0), here);
}
#endif

UK_TESTCASE(newlib, standard_streams_look_like_a_terminal)
{
	struct stat st;

	for (int fd = 0; fd < 3; fd++) {
		UK_TEST_EXPECT_SNUM_EQ(isatty(fd), 1);
		UK_TEST_EXPECT_ZERO(fstat(fd, &st));
		UK_TEST_EXPECT(S_ISCHR(st.st_mode));
		errno = 0;
		UK_TEST_EXPECT_SNUM_EQ(lseek(fd, 0, SEEK_SET), -1);
		UK_TEST_EXPECT_SNUM_EQ(errno, ESPIPE);
	}
	UK_TEST_EXPECT_SNUM_EQ(write(STDOUT_FILENO, "", 0), 0);
}

UK_TESTCASE(newlib, other_descriptors_are_bad)
{
	static const int bad[] = { -1, 3, 1000 };
	struct stat st;
	char c = 'x';

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		errno = 0;
		UK_TEST_EXPECT_SNUM_EQ(write(bad[i], &c, 1), -1);
		UK_TEST_EXPECT_SNUM_EQ(errno, EBADF);
		UK_TEST_EXPECT_SNUM_EQ(read(bad[i], &c, 1), -1);
		UK_TEST_EXPECT_SNUM_EQ(close(bad[i]), -1);
		UK_TEST_EXPECT_SNUM_EQ(fstat(bad[i], &st), -1);
		UK_TEST_EXPECT_ZERO(isatty(bad[i]));
	}
}

UK_TESTCASE(newlib, there_are_no_files)
{
	struct stat st;

	errno = 0;
	UK_TEST_EXPECT_NULL(fopen("/etc/passwd", "r"));
	UK_TEST_EXPECT_SNUM_EQ(errno, ENOENT);
	UK_TEST_EXPECT_SNUM_EQ(open("x", O_RDONLY), -1);
	UK_TEST_EXPECT_SNUM_EQ(stat("x", &st), -1);
	UK_TEST_EXPECT_SNUM_EQ(remove("x"), -1);
}

UK_TESTCASE(newlib, formats_c99_and_long_long)
{
	/* Out of sight of compilers that warn of 0x1ff for %hhx. */
	const char *volatile format = "%lld %zu %hhx %jd %-4s|";
	char buf[64];

	snprintf(buf, sizeof(buf), format, -(1LL << 40), (size_t)7, 0x1ff,
		 (intmax_t)-2, "ab");
	UK_TEST_EXPECT_ZERO(strcmp(buf, "-1099511627776 7 ff -2 ab  |"));
}

/* ISO C, 7.21.6.5: negative if it cannot be counted; POSIX: EOVERFLOW. */
UK_TESTCASE(newlib, a_length_beyond_an_int_is_an_error)
{
	volatile int most = INT_MAX; /* or the compiler complains */
	char text[4];
	int w = most;

	errno = 0;
	UK_TEST_EXPECT_SNUM_EQ(snprintf(text, sizeof(text), "abc%*d", w, 1),
			       -1);
	UK_TEST_EXPECT_SNUM_EQ(errno, EOVERFLOW);
	errno = 0;
	UK_TEST_EXPECT_SNUM_EQ(
		snprintf(text, sizeof(text), "%*d%*d%*d", w, 1, w, 1, w, 1),
		-1);
	UK_TEST_EXPECT_SNUM_EQ(errno, EOVERFLOW);
}

/* The text of asctime() has 26 bytes (ISO C, 7.27.3.1). */
UK_TESTCASE(newlib, a_year_of_five_digits_has_no_room)
{
	const struct tm last = { .tm_mday = 1, .tm_year = 9999 - 1900 };
	const struct tm next = { .tm_mday = 1, .tm_year = 10000 - 1900 };

	UK_TEST_EXPECT_ZERO(
		strcmp(asctime(&last), "Sun Jan  1 00:00:00 9999\n"));
	errno = 0;
	UK_TEST_EXPECT_NULL(asctime(&next));
	UK_TEST_EXPECT_SNUM_EQ(errno, EOVERFLOW);
}

UK_TESTCASE(newlib, clocks_go_forward)
{
	struct timespec a, b, nap = { .tv_nsec = 2000000 };
	struct timeval tv;
	struct tms t;

	UK_TEST_EXPECT_ZERO(clock_gettime(CLOCK_MONOTONIC, &a));
	UK_TEST_EXPECT_ZERO(nanosleep(&nap, &b));
	UK_TEST_EXPECT_ZERO(b.tv_sec | b.tv_nsec);
	UK_TEST_EXPECT_ZERO(clock_gettime(CLOCK_MONOTONIC, &b));
	UK_TEST_EXPECT_SNUM_GE((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec -
				       a.tv_nsec,
			       2000000);
	UK_TEST_EXPECT_SNUM_LT(b.tv_nsec, 1000000000L);
	UK_TEST_EXPECT_ZERO(gettimeofday(&tv, NULL));
	UK_TEST_EXPECT_SNUM_LT(tv.tv_usec, 1000000);
	UK_TEST_EXPECT_SNUM_GE(times(&t), 0);
	UK_TEST_EXPECT_SNUM_GE(clock(), 0);
	UK_TEST_EXPECT_SNUM_GE(time(NULL), 0);
}

UK_TESTCASE(newlib, wrong_clocks_and_times_are_einval)
{
	struct timespec ts = { .tv_nsec = 1000000000 };

	errno = 0;
	UK_TEST_EXPECT_SNUM_EQ(clock_gettime((clockid_t)99, &ts), -1);
	UK_TEST_EXPECT_SNUM_EQ(errno, EINVAL);
	errno = 0;
	UK_TEST_EXPECT_SNUM_EQ(nanosleep(&ts, NULL), -1);
	UK_TEST_EXPECT_SNUM_EQ(errno, EINVAL);
}

static volatile sig_atomic_t caught;

static void on_signal(int sig)
{
	caught = sig;
}

UK_TESTCASE(newlib, a_handled_signal_is_not_fatal)
{
	signal(SIGUSR1, on_signal);
	UK_TEST_EXPECT_ZERO(raise(SIGUSR1));
	UK_TEST_EXPECT_SNUM_EQ(caught, SIGUSR1);
	UK_TEST_EXPECT_ZERO(kill(getpid(), 0));
	errno = 0;
	UK_TEST_EXPECT_SNUM_EQ(kill(2, SIGTERM), -1);
	UK_TEST_EXPECT_SNUM_EQ(errno, ESRCH);
}

uk_testsuite_register(newlib, NULL);
