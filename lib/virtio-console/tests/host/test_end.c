/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The end of a guest waits for a device that takes later what was sent, within
 * a bound. device.c is included for its devices, which are static.
 *
 * HOST-SRCS: lib/virtio-console/control.c lib/virtio-console/port.c
 * HOST-SRCS: lib/virtio-console/rx.c lib/virtio-console/tx.c
 * HOST-SRCS: lib/ukvirtio/virtq.c lib/ukvirtio/virtio.c
 * HOST-FLAGS: -Ilib/ukvirtio/tests/host
 * HOST-FLAGS: -include lib/virtio-console/tests/host/lcpu.h
 * HOST-FLAGS: -DCONFIG_LIBUKCONSOLE=1 -DCONFIG_LIBVIRTIO_CONSOLE_DEVICES=1
 * HOST-FLAGS: -DCONFIG_LIBVIRTIO_CONSOLE_PORTS=2
 * HOST-FLAGS: -DCONFIG_LIBVIRTIO_CONSOLE_TX_KB=12
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "../../device.c"

int irqs_off;

static const struct uk_virtq *sends;
static unsigned int looks, takes_at; /* a look; 0: never */

int uk_crash_in_progress(void)
{
	return 0;
}

int uk_console_register(struct uk_console *con, int prio)
{
	return 0;
}

int uk_snprintf(char *buf, __sz len, const char *fmt, ...)
{
	strcpy(buf, "vport0");
	return 6;
}

static int dev_reset(struct uk_virtio_dev *dev)
{
	return 0;
}

static __u8 dev_status(struct uk_virtio_dev *dev)
{
	looks++;
	if (looks == takes_at) {
		sends->used->ring[0].id = sends->avail->ring[0];
		sends->used->idx++;
	}
	return 0xf;
}

static void dev_status_set(struct uk_virtio_dev *dev, __u8 status)
{
}

/* One port, open for good. */
static __u64 dev_features(struct uk_virtio_dev *dev)
{
	return 0;
}

static void dev_features_set(struct uk_virtio_dev *dev, __u64 features)
{
}

static int dev_queue_setup(struct uk_virtio_dev *dev, unsigned int idx,
			   const struct uk_virtq *vq)
{
	if (idx == 1)
		sends = vq;
	return 0;
}

static void dev_notify(struct uk_virtio_dev *dev, unsigned int idx)
{
}

static int set_up(void **state)
{
	static const struct uk_virtio_ops ops = {
		.reset = dev_reset,
		.status = dev_status,
		.status_set = dev_status_set,
		.features = dev_features,
		.features_set = dev_features_set,
		.queue_setup = dev_queue_setup,
		.notify = dev_notify,
	};
	static struct uk_virtio_dev vdev;
	int rc;

	memset(devices, 0, sizeof(devices));
	device_count = 0;
	vdev = (struct uk_virtio_dev){ .ops = &ops,
				       .type = UK_VIRTIO_ID_CONSOLE,
				       .legacy = 1 };
	rc = uk_virtio_found(&vdev);
	looks = takes_at = 0;
	return rc;
}

static void end(unsigned int expected)
{
	assert_int_equal(on_end(NULL), UK_EVENT_NOT_HANDLED);
	assert_int_equal(looks, expected);
	assert_int_equal(irqs_off, 0);
	assert_int_equal(devices[0].busy, 0);
}

static void sent(void)
{
	struct uk_console *con = &devices[0].ports[0].con;

	assert_int_equal(con->ops->out(con, "W00", 3), 3);
}

static void test_nothing_sent(void **state)
{
	end(0);
}

static void test_taken_later(void **state)
{
	sent();
	takes_at = 5;
	end(5);
}

static void test_never_taken(void **state)
{
	sent();
	end(PATIENCE);
}

/* A call that was interrupted cannot be waited for. */
static void test_interrupted(void **state)
{
	sent();
	devices[0].busy = 1;
	on_end(NULL);
	assert_int_equal(looks, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing_sent, set_up),
		cmocka_unit_test_setup(test_taken_later, set_up),
		cmocka_unit_test_setup(test_never_taken, set_up),
		cmocka_unit_test_setup(test_interrupted, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
