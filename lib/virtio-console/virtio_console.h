/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * The parts of the driver: a device (device.c), its control queue
 * (control.c), its ports (port.c), their two byte streams (rx.c, tx.c) and, if
 * selected, its interrupt (irq.c). Everything below vcon_enter() runs with the
 * device entered.
 */
#ifndef __VIRTIO_CONSOLE_H__
#define __VIRTIO_CONSOLE_H__

#include <uk/console.h>
#include <uk/virtio.h>

/* A port's rings have as many descriptors, whatever is in use of them. */
#define RING_NUM 64

#define BUF_SIZE 4096 /* bytes; QEMU reads a socket in pieces of this size */
#define RX_BUFS 8
#define TX_BUFS (CONFIG_LIBVIRTIO_CONSOLE_TX_KB * 1024 / BUF_SIZE)

UK_CTASSERT(TX_BUFS >= 1 && TX_BUFS <= RING_NUM);

/*
 * Events of ports come back to back, and QEMU drops those that find no
 * buffer. A buffer holds an event and the name of a port.
 */
#define CONTROL_RX_BUFS 64
#define CONTROL_RX_SIZE 128
#define CONTROL_TX_BUFS 64

/* A ring with its shared memory. */
struct vcon_ring {
	struct uk_virtq vq;
	unsigned int idx; /* of the queue in the device */
	struct uk_virtq_note notes[RING_NUM];
	char mem[UK_VIRTQ_BYTES(RING_NUM)] __aligned(4096);
};

/* What is received is read where the device put it. */
struct vcon_rx {
	struct vcon_ring ring;
	__u8 buf_of[RING_NUM]; /* by head */
	unsigned int buf;      /* that is being read, if left */
	__u32 at, left;	       /* bytes of it */
	char bufs[RX_BUFS][BUF_SIZE];
};

/*
 * What is sent: buffers in the order of the stream, each numbered, number n
 * in bufs[n % TX_BUFS]. first <= posted <= filled <= first + TX_BUFS: those
 * below posted are the device's, the others wait for a host that opens.
 */
struct vcon_tx {
	struct vcon_ring ring;
	__u64 first, posted, filled;
	__u16 head[TX_BUFS];
	__u32 len[TX_BUFS];
	char bufs[TX_BUFS][BUF_SIZE];
};

struct vcon_dev;

struct vcon_port {
	struct uk_console con;
	struct vcon_dev *dev;
	unsigned int nr;
	char name[sizeof("vport31")];
	char label[32];		 /* what the machine calls it; may be "" */
	int present;		 /* the device has it */
	int is_console;		 /* open for good: nothing says who is there */
	int open;		 /* the host's end is */
	unsigned int connection; /* how often it was opened */
#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
	unsigned int notified; /* last connection the reader knows */
#endif
	struct vcon_rx rx;
	struct vcon_tx tx;
};

struct vcon_control_msg {
	__u32 id; /* the port's number */
	__u16 event;
	__u16 value;
};

struct vcon_control {
	struct vcon_ring rx, tx;
	char rx_bufs[CONTROL_RX_BUFS][CONTROL_RX_SIZE] __aligned(8);
	__u8 rx_of[RING_NUM]; /* by head */
	struct vcon_control_msg tx_bufs[CONTROL_TX_BUFS];
	unsigned int sent;
};

struct vcon_dev {
	struct uk_virtio_dev *vdev;
	int multiport;		 /* it has a control queue */
	unsigned int busy;	 /* CPU + 1 that has entered, 0: none */
	int acked;		 /* the last interrupt was the device's */
	int seized;		 /* by a crash, which happens once */
	const char *error;	 /* why it was disabled, or NULL */
	unsigned int port_count; /* whose queues exist */
	struct vcon_control control;
	struct vcon_port ports[CONFIG_LIBVIRTIO_CONSOLE_PORTS];
};

/* device.c */

/**
 * Makes the device this call's alone, with interrupts off. What a trap
 * interrupted half-way stays that; only a crash takes the device over, once,
 * and restarts it.
 *
 * @return 0; -EBUSY if the device is entered already; -EIO if it is disabled
 */
int vcon_enter(struct vcon_dev *dev, unsigned long *flags);
/** 1 if this call interrupted one that has entered the device. */
int vcon_is_inside(struct vcon_dev *dev);
void vcon_leave(struct vcon_dev *dev, unsigned long flags);

/** Disables a device that does not keep the rules. */
void vcon_fail(struct vcon_dev *dev, const char *why);

/** Starts the device, or starts it again, with empty rings. */
int vcon_start(struct vcon_dev *dev);

/* ring: device.c */
int vcon_ring_setup(struct vcon_dev *dev, struct vcon_ring *ring,
		    unsigned int idx);
/** Lends one buffer; 0, or the errors of uk_virtq_add(). */
int vcon_ring_lend(struct vcon_ring *ring, void *buf, __u32 len, int writes);
/** Shows what was lent, and notifies if the device wants that. */
void vcon_ring_kick(struct vcon_dev *dev, struct vcon_ring *ring);

/* control.c */
int vcon_control_setup(struct vcon_dev *dev);
/** Sends DEVICE_READY and takes the answers. */
void vcon_control_start(struct vcon_dev *dev);
/** Takes the pending events. */
void vcon_control_poll(struct vcon_dev *dev);

/* irq.c */
#ifdef CONFIG_LIBUKCONSOLE_RX_IRQ
/** Has the device interrupt when something comes in, if it has a line. */
void vcon_irq_start(struct vcon_dev *dev);
#else
static inline void vcon_irq_start(struct vcon_dev *dev __unused)
{
}
#endif

/* port.c */
extern const struct uk_console_ops vcon_port_ops;
extern const struct uk_console_ops vcon_console_ops;
void vcon_port_opened(struct vcon_port *port);
void vcon_port_closed(struct vcon_port *port);

/* rx.c */
void vcon_rx_stock(struct vcon_port *port);
__sz vcon_rx_read(struct vcon_port *port, char *buf, __sz len);

/* tx.c */
void vcon_tx_reset(struct vcon_port *port);
/** Takes buffers back that the device is done with or has lost. */
void vcon_tx_reclaim(struct vcon_port *port);
/** Copies bytes to free buffers; returns how many. */
__sz vcon_tx_fill(struct vcon_port *port, const char *buf, __sz len);
/** Gives the device what is filled. */
void vcon_tx_post(struct vcon_port *port);
/** Drops what is filled and not posted. */
void vcon_tx_drop(struct vcon_port *port);

#endif /* __VIRTIO_CONSOLE_H__ */
