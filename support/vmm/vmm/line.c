/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Where the monitor listens for clients: ports and Unix sockets. */
#define _GNU_SOURCE /* accept4() */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include "vm.h"

static int is_path(const char *where)
{
	return strchr(where, '/') != NULL;
}

/* "[ADDRESS:]PORT". 0, -EINVAL */
static int parse_port(const char *where, struct sockaddr_in *in)
{
	const char *colon = strchr(where, ':');
	const char *number = colon ? colon + 1 : where;
	char address[INET_ADDRSTRLEN] = "127.0.0.1", *end;
	unsigned long port = strtoul(number, &end, 10);

	if (*number < '0' || *number > '9' || *end || !port || port > 0xffff)
		return -EINVAL;
	if (colon && (size_t)(colon - where) >= sizeof(address))
		return -EINVAL;
	if (colon) {
		memcpy(address, where, (size_t)(colon - where));
		address[colon - where] = 0;
	}
	in->sin_family = AF_INET;
	in->sin_port = htons((uint16_t)port);
	return inet_pton(AF_INET, address, &in->sin_addr) == 1 ? 0 : -EINVAL;
}

static int bind_port(int fd, const char *where)
{
	struct sockaddr_in in = { 0 };
	int one = 1, rc = parse_port(where, &in);

	if (rc)
		return rc;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	return bind(fd, (struct sockaddr *)&in, sizeof(in)) ? -errno : 0;
}

/* 1 if a process has it. A socket of another type asks without connecting: that
 * process does not notice.
 */
static int in_use(const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), used;

	used = fd >= 0 &&
	       (!connect(fd, (const struct sockaddr *)un, sizeof(*un)) ||
		errno == EPROTOTYPE);
	if (fd >= 0)
		close(fd);
	return used;
}

static int bind_path(int fd, const char *where)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };
	struct stat st;

	strcpy(un.sun_path, where);
	if (!lstat(where, &st) && !S_ISSOCK(st.st_mode))
		return -EEXIST;
	if (in_use(&un))
		return -EADDRINUSE;
	unlink(where);
	return bind(fd, (struct sockaddr *)&un, sizeof(un)) ? -errno : 0;
}

const char *line_check(const char *where)
{
	struct sockaddr_in in;

	if (!is_path(where))
		return parse_port(where, &in)
			       ? "use PORT, ADDRESS:PORT, or the path of a Unix socket, with a /"
			       : NULL;
	return strlen(where) < sizeof(((struct sockaddr_un *)0)->sun_path)
		       ? NULL
		       : "this path is too long for a Unix socket";
}

int line_listen(const char *where)
{
	int path = is_path(where), fd, rc;

	if (line_check(where))
		return -EINVAL;
	fd = socket(path ? AF_UNIX : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	rc = path ? bind_path(fd, where) : bind_port(fd, where);
	if (!rc && listen(fd, 1))
		rc = -errno;
	if (rc)
		close(fd);
	return rc ? rc : fd;
}

int line_accept(int listener)
{
	int one = 1, fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd >= 0) /* without effect on a Unix socket */
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return fd;
}
