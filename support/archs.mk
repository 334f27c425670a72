# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# The architectures as the host sees them: one table for make, which includes it,
# for Python (support/archs.py) and for shell scripts (support/archs.py, too).
# A line is "architecture.property := value". A new architecture starts here
# (doc/architecture.md, "A third architecture").
#
#   triple    of the GNU tools, whose names begin with it
#   elf       e_machine of an image
#   gdb       Debian's program that debugs it on x86_64
#   qemu      QEMU's program; cpu: its CPU without --cpu
#   machines  what an image boots on; the fastest to boot is the first, the default.
#             Each has its options of QEMU in a line of its own
#   smp       CPUs that a machine has at most; smp_plain: with its options as they are,
#             smp_more: what it needs for more
#   exit      options that let a guest give QEMU an exit status
#   icount    options of -icount with which one tick of the guest's counter is one
#             instruction; icount_hz: ticks in a second then
#   ram       where memory begins. microvm and q35 have firmware and devices in the first MiB
#   text      where an image begins
#   console   the first serial port, with log, stdin and stdout
#   receives  what QEMU's monitor prints at the end of the answer to this question (a
#             command = an answer) once the guest's driver has set that port up
#   pc, sp, fp   gdb's names of registers; entry: an image's first function
#   gregs     the registers in NT_PRSTATUS, in their order
KNOWN_ARCHS := x86_64 arm64

# acpi=off puts virtio-mmio devices on the command line; option ROMs serve devices
# that no image uses.
x86_64.triple := x86_64-linux-gnu
x86_64.elf := 62
x86_64.gdb := gdb
x86_64.qemu := qemu-system-x86_64
x86_64.cpu := max
x86_64.machines := microvm q35
x86_64.microvm := -machine microvm,acpi=off,x-option-roms=off,isa-serial=on
x86_64.q35 := -machine q35 -bios qboot.rom
x86_64.smp := 255
x86_64.smp_plain := 255
x86_64.smp_more :=
x86_64.exit := -device isa-debug-exit,iobase=0xf4,iosize=4
x86_64.icount := shift=0,sleep=off
x86_64.icount_hz := 1000000000
x86_64.ram := 0
x86_64.text := 0x100000
x86_64.console := com1
x86_64.receives := i /bx 0x3fb = 0x03
x86_64.pc := rip
x86_64.sp := rsp
x86_64.fp := rbp
x86_64.entry := entry64
x86_64.gregs := r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs

arm64.triple := aarch64-linux-gnu
arm64.elf := 183
arm64.gdb := gdb-multiarch
arm64.qemu := qemu-system-aarch64
arm64.cpu := cortex-a72
arm64.machines := virt
arm64.virt := -machine virt
arm64.smp := 512
arm64.smp_plain := 8
arm64.smp_more := -machine gic-version=3
arm64.exit := -semihosting-config enable=on,target=native
arm64.icount := shift=4,sleep=off
arm64.icount_hz := 62500000
arm64.ram := 0x40000000
arm64.text := 0x40200000
arm64.console := pl011
arm64.receives := xp /xw 0x09000030 = 0x00000301
arm64.pc := pc
arm64.sp := sp
arm64.fp := x29
arm64.entry := _start
arm64.gregs := x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25 x26 x27 x28 x29 x30 sp pc cpsr
