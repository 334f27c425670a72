/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The names in <errno.h>, but for the rare ones of sockets and streams.
 */
#include <errno.h>
#include <uk/errno_name.h>
#include <uk/essentials.h>

#define NAME(error)             \
	{                       \
		(error), #error \
	}

static const struct {
	__u16 error;
	char name[14];
} names[] = {
	NAME(EPERM),	    NAME(ENOENT),	NAME(ESRCH),
	NAME(EINTR),	    NAME(EIO),		NAME(ENXIO),
	NAME(E2BIG),	    NAME(ENOEXEC),	NAME(EBADF),
	NAME(ECHILD),	    NAME(EAGAIN),	NAME(ENOMEM),
	NAME(EACCES),	    NAME(EFAULT),	NAME(EBUSY),
	NAME(EEXIST),	    NAME(EXDEV),	NAME(ENODEV),
	NAME(ENOTDIR),	    NAME(EISDIR),	NAME(EINVAL),
	NAME(ENFILE),	    NAME(EMFILE),	NAME(ENOTTY),
	NAME(ETXTBSY),	    NAME(EFBIG),	NAME(ENOSPC),
	NAME(ESPIPE),	    NAME(EROFS),	NAME(EMLINK),
	NAME(EPIPE),	    NAME(EDOM),		NAME(ERANGE),
	NAME(ENOMSG),	    NAME(EDEADLK),	NAME(ENOLCK),
	NAME(ENODATA),	    NAME(ETIME),	NAME(EPROTO),
	NAME(EBADMSG),	    NAME(ENOSYS),	NAME(ENOTEMPTY),
	NAME(ENAMETOOLONG), NAME(ELOOP),	NAME(EOPNOTSUPP),
	NAME(ECONNRESET),   NAME(ENOBUFS),	NAME(ECONNREFUSED),
	NAME(EADDRINUSE),   NAME(ECONNABORTED), NAME(ETIMEDOUT),
	NAME(EINPROGRESS),  NAME(EALREADY),	NAME(EMSGSIZE),
	NAME(ENOTCONN),	    NAME(ENOTSUP),	NAME(EILSEQ),
	NAME(EOVERFLOW),    NAME(ECANCELED),
};

const char *uk_errno_name(int error)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		if (names[i].error == error || names[i].error == -error)
			return names[i].name;
	return "unknown error";
}
