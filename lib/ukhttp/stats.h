/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Counters of the server: one thread writes, any context reads.
 */
#ifndef __HTTP_STATS_H__
#define __HTTP_STATS_H__

#include <uk/essentials.h>

struct http_stats {
	__u64 replies;
	__u64 refused; /* of them 4xx */
	__u64 failed;  /* 5xx */
	__u64 gone;    /* clients that left while they were answered */
};

extern struct http_stats http_stats;

static inline void http_count(struct http_stats *s, unsigned int status)
{
	s->replies++;
	s->refused += status / 100 == 4;
	s->failed += status / 100 == 5;
}

#endif /* __HTTP_STATS_H__ */
