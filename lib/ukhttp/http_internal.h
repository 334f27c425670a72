/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The parts of the server. Bytes come from a client (client.c), become a
 * request (parse.c, target.c, fields.c), are answered by a route and headed
 * (reply.c), in a thread (server.c). All but client.c and server.c is pure: it
 * works on memory that it is given, and runs on the host.
 */
#ifndef __HTTP_INTERNAL_H__
#define __HTTP_INTERNAL_H__

#include <uk/http.h>
#include <uk/sched.h>

/* --- parse.c -------------------------------------------------------------- */

/* What the parser says; anything else is the status of an error. */
#define HTTP_MORE 0  /* bytes are missing */
#define HTTP_READY 1 /* req is a request */

/* What of a header that was too large was dropped: part of its first line, or
 * more than that.
 */
#define HTTP_SKIP_LINE 1
#define HTTP_SKIP_FIELDS 2

/*
 * The bytes that came and were not answered yet, from the beginning of a
 * request on, and what was found in them.
 */
struct http_parser {
	char *buf;   /* of size + 1 bytes: after them stands a NUL */
	__sz size;   /* the largest request */
	__sz used;   /* bytes there are */
	__sz looked; /* below it the header does not end */
	__sz head;   /* bytes of the header, 0 while it is not complete */
	__sz need;   /* and of the body */
	int resync;  /* the first bytes may be another client's */
	int skip;    /* HTTP_SKIP_*: its rest comes */
	/* About the request, once its header is complete: */
	int minor;	 /* of HTTP/1.x */
	int head_method; /* HEAD: the reply is without its body */
	int close;	 /* the client wants no more */
	int expects;	 /* it waits for a 100 before it sends the body */
	int status;	 /* of an error found in the header */
	int taken;	 /* http_take() was called */
	char behind;	 /* what stood where the body's NUL is */
	struct uk_http_request req;
};

void http_parser_init(struct http_parser *p, char *buf, __sz size);

/** Looks at what there is. The bytes at buf + used may be added to between. */
int http_parse(struct http_parser *p);

/** Makes a request's body a text. No bytes are added until http_next(). */
void http_take(struct http_parser *p);

/** Length of the request that http_parse() found, in bytes. */
__sz http_length(const struct http_parser *p);

/** Whether something came after it that is not an empty line. */
int http_more(const struct http_parser *p);

/** Drops the request that http_parse() found, or the bytes of an error. */
void http_next(struct http_parser *p);

/** Drops the older half of a header that is too large: a request may follow. */
void http_skip(struct http_parser *p);

/** Drops everything. */
void http_reset(struct http_parser *p);

/** Takes the bytes of an unfinished body for a beginning. */
void http_rescue(struct http_parser *p);

/* --- target.c, fields.c, resync.c ----------------------------------------- */

/** Takes a terminated request target apart, in place. 0 or a status. */
int http_target(struct http_parser *p, char *target);

/** Finds the fields in a header's lines, up to the empty one. 0 or a status. */
int http_fields(struct http_parser *p, char *at, char *end);

/** What the fields say about the message itself. 0 or a status. */
int http_framing(struct http_parser *p, __sz *body_len);

/** Where the last request line of a header begins, 0 if there is none. */
__sz http_resync(const char *head, __sz len);

int http_is_token(char c);

/** Whether two texts are equal but for the case of letters. */
int http_same(const char *a, const char *b, __sz len);

/* --- reply.c -------------------------------------------------------------- */

#define HTTP_HEAD_ROOM 512 /* bytes for what heads a reply */

/** Has the request answered by its route. */
void http_dispatch(const struct uk_http_request *req,
		   struct uk_http_response *res);

/**
 * Writes status line and header fields, up to and with the empty line.
 *
 * @param buf of HTTP_HEAD_ROOM bytes
 * @param now seconds since 1970, 0 if unknown
 * @return their length
 */
__sz http_head(const struct uk_http_response *res, char *buf, int close,
	       __u64 now);

/* --- client.c ------------------------------------------------------------- */

struct uk_console;

/*
 * The client of the console. Bytes and reports of clients that connect and
 * disconnect reach the guest in no order. So only the earliest and the latest
 * possible sender of a byte are known.
 */
struct http_client {
	struct uk_console *con;
	struct http_parser parser; /* bytes of conn, or mixed */
	unsigned int conn;	   /* current connection, 0: none */
	unsigned int last;	   /* highest connection number */
	unsigned int from;	   /* who may have sent what comes next */
	int shared;		   /* the line does not report clients */
	int mixed;    /* some of the bytes may be of one before conn */
	int sure;     /* the last of them are conn's */
	int full;     /* there may be more, but there was no room */
	int closed;   /* conn got its last reply */
	int served;   /* and has sent nothing but what was answered */
	__nsec hold;  /* mixed bytes are not looked at before */
	__nsec heard; /* when bytes came last */
};

void http_client_init(struct http_client *c, struct uk_console *con, char *buf,
		      __sz size);

/** Takes what came. @return 1 if there may be more, but there is no room */
int http_client_receive(struct http_client *c, __nsec now);

/**
 * Looks for a request to answer.
 *
 * @return as http_parse(); HTTP_MORE also while mixed bytes are held
 */
int http_client_request(struct http_client *c, __nsec now);

/** When there may be one although nothing comes; UK_TIME_NEVER if never. */
__nsec http_client_deadline(const struct http_client *c, __nsec now);

/** Whether this reply is the last one that the client gets. */
int http_client_is_last(const struct http_client *c, int ret);

/** The request was answered. */
void http_client_answered(struct http_client *c, int ret, int last);

/**
 * Sends, and waits while the client does not read.
 *
 * @return 0; -EPIPE if it has disconnected, -ETIMEDOUT if a line without
 *   reports of clients takes no more bytes
 */
int http_client_send(struct http_client *c, const char *buf, __sz len);

#endif /* __HTTP_INTERNAL_H__ */
