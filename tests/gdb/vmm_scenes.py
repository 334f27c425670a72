# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""What only a debugger outside of the guest does, for support/vmm; read after scenes.py."""

# pylint: disable=undefined-variable


@scene
def registers_without_avx():
    """The CPU of QEMU's nested SVM has no AVX for its guests."""
    to_main()
    run("break *debuggee_regs_in")
    go()
    for i, name in enumerate(("rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", *(f"r{n}" for n in range(8, 16)))):
        run(f"set ${name} = {pattern(0, i)}")
    for i in range(16):
        for lane in range(2):
            run(f"set $xmm{i}.v2_int64[{lane}] = {pattern(1 + lane, i)}")
    run("set $mxcsr = 0x1f80 | 0x8000")
    run("set $st3 = 1.5")
    run("set $fctrl = 0x27f")
    # behind the store of the FXSAVE area
    text = run("x/40i $pc").splitlines()
    after = next(text[n + 1] for n, line in enumerate(text) if "fxsave" in line).split()[0]
    run(f"tbreak *{after}")
    go()
    for i in range(15):
        assert word(f"(long)&regs_seen + {8 * i}") == pattern(0, i), i
    for i in range(16):
        for lane in range(2):
            assert word(f"(long)&fx_seen + 160 + {16 * i + 8 * lane}") == pattern(1 + lane, i), (i, lane)
    assert number("*(unsigned *)((long)&fx_seen + 24)") == 0x9f80
    assert word("(long)&fx_seen + 32 + 48") == 0xc000000000000000
    assert number("*(unsigned short *)&fx_seen") == 0x27f
    run("kill")


def machine_registers(cpu, named=""):
    """What the monitor says of the selected one, or the one that is named."""
    first, *rest = run(f"monitor registers{named}").splitlines()
    assert first == f"CPU {cpu}:", first
    return {name: int(text, 16) for name, text in map(str.split, rest)}


@scene
def from_the_first_instruction(entry):
    """Before paging, through the switch, to main; and the registers of the machine."""
    attach()
    assert number("$pc") == number(entry), hex(number("$pc"))
    for _ in range(20):
        run("stepi")
    assert "not mapped" not in run(f"monitor walk {number(entry):#x}")
    run("tbreak kvm_setup")
    go()
    assert function() == "kvm_setup"
    assert "entry at" in run(f"monitor walk {number('$pc'):#x}")
    machine = machine_registers(0)
    if is_arm():
        assert number("$sctlr_el1") & 1
        assert all(machine[name] == number(f"${name}") for name in ("sctlr_el1", "ttbr0_el1", "vbar_el1")), machine
    else:
        assert number("$cr0") >> 31 & 1 and number("$efer") & 0x400
        assert all(machine[name] == number(f"${name}") for name in ("cr0", "cr3", "efer", "cs", "ss")), machine
        assert machine["cs.attr"] & 0x2000 and machine["gdt.limit"] >= machine["cs"] | 7, machine  # SDM volume 3, 3.4.5: L
    run("tbreak main")
    go()
    assert "debug event" in run("monitor exits")
    fails("monitor walk x", ".")
    exits()


@scene
def image_of_no_library(steps, code):
    """A guest of some dozen instructions, in 32-bit mode on x86_64: where it goes is what objdump says. steps: the first
    addresses; code: the bytes at the first, in hex."""
    attach()
    for address in steps:
        assert number("$pc") == address, (hex(number("$pc")), hex(address))
        run("stepi")
    if not is_arm():  # a write to a port is one step, too: outb of a byte
        run("tbreak *(long)&putc")
        go()
        run("stepi")
        at = number("$pc")
        run("stepi")
        assert number("$pc") == at + 1, (hex(at), hex(number("$pc")))
    run("tbreak *(long)&hang")
    go()
    assert number("$pc") == number("(long)&hang")
    assert bytes(gdb.selected_inferior().read_memory(steps[0], len(code) // 2)).hex() == code
    assert number("$x3" if is_arm() else "$rdi") == ord("h")  # what its command line asks for
    assert interrupted(0.05) == {"signal": "SIGINT"}
    assert 0 <= number("$pc - (long)&hang") <= 4
    run("kill")


@scene
def late_and_again():
    """A debugger attaches to a running guest, leaves, and attaches again; its points are gone."""
    attach()
    assert "debuggee_spin" in [f.name() for f in frames()]
    run("break debuggee_scale")
    run("detach")
    attach()
    run("delete")
    first = number("counter")
    run("detach")
    attach()
    assert number("counter") != first
    run("set var verdict = 7")
    exits(7)


@scene
def broken_page_tables():
    """A guest that cannot help any more: its root table is gone, and it ends by a triple fault or
    loops in exceptions; the debugger still sees it."""
    to_main()
    if is_arm():
        run("set $ttbr0_el1 = 0")
    else:
        run("set $cr3 = 0x7000")
    fails("x/x &counter", "Cannot access memory")
    assert "not mapped" in run(f"monitor walk {number('(long)&counter'):#x}")
    run("kill")


@scene
def each_cpu(cpus):
    """Without breakpoints: a late attach stops all CPUs, none moves, a step moves one of them alone."""
    attach()
    threads = sorted(gdb.selected_inferior().threads(), key=lambda t: t.ptid[1])
    assert [t.name for t in threads] == [f"CPU {cpu}" for cpu in range(cpus)]

    def counts():
        return [number(f"smp_rounds[{cpu}]") for cpu in range(cpus)]
    before = counts()
    own = set()
    for cpu, thread in enumerate(threads):
        thread.switch()
        assert any(f.name() in ("rounds", "smp_round") for f in frames()), [f.name() for f in frames()]
        assert run(f"monitor walk {number('$sp'):#x}").startswith(f"CPU {cpu}:")
        own.add(machine_registers(cpu)["mpidr_el1" if is_arm() else "gs.base"])
    assert machine_registers(0, " 0") != machine_registers(1, " 0x1")
    fails(f"monitor registers {cpus}", ".")
    fails(f"monitor walk 0x1000 {cpus}", ".")
    assert counts() == before and len(own) == cpus, own
    run("set scheduler-locking on")
    for thread in threads:
        thread.switch()
        others = {t.num: (t.switch(), number("$pc"))[1] for t in threads if t.num != thread.num}
        thread.switch()
        pcs = {number("$pc")}
        for _ in range(8):
            run("stepi")
            pcs.add(number("$pc"))
        assert len(pcs) > 2, pcs
        for t in threads:
            t.switch()
            assert t.num == thread.num or number("$pc") == others[t.num]
    run("set scheduler-locking off")
    before = counts()
    assert interrupted(1) == {"signal": "SIGINT"}
    assert all(new > old for new, old in zip(counts(), before)), (before, counts())
    run("set smp_goal = 1")
    exits()


@scene
def interrupt_a_halted_cpu(name):
    """Ctrl-C while it waits for an interrupt; where the controller is in the kernel nothing but one wakes it."""
    to_main()
    run(f"tbreak {name}")
    go()
    assert interrupted(0.05) == {"signal": "SIGINT"}
    assert name in [f.name() for f in frames()], [f.name() for f in frames()]
    run("kill")


@scene
def a_fault_in_a_step(handler):
    """A breakpoint in the handler of the instruction that is stepped (x86_64: the step goes on through it; arm64: it ends there):
    the program then goes on as without a step."""
    to_main()
    run("tbreak debuggee_faults")
    go()
    run(f"break {handler}")
    for _ in range(300):
        if "points" in go("stepi") or is_arm() and function() == "uk_raise_event_ptr":
            break
    assert is_arm() or "points" in last, (last, function())
    assert "debuggee_faults" in [f.name() for f in frames()]
    run("delete")
    for _ in range(3):
        assert interrupted(0.2) == {"signal": "SIGINT"}
    run("set var verdict = 1")
    exits(1)


def masks():
    """Bits of the flags by which interrupts are masked."""
    return number("$cpsr & 0xc0") if is_arm() else number("$eflags & 0x200")


def check_masks(insn, before, after):
    """What an instruction does to the masks, or has of them, is as without a debugger."""
    if insn[:2] == ["msr", "daifset,"]:
        assert after == before | int(insn[2].lstrip("#"), 0) << 6 & 0xc0, (insn, before, after)
    elif insn[0] == "mrs" and insn[2] == "daif":
        assert number(f"${insn[1].rstrip(',')} & 0xc0") == before == after, insn
    elif insn[0] == "pushf":
        assert number("*(long *)$sp") & 0x300 == before == after, insn
    elif insn[0] in ("cli", "sti"):
        assert after == (0x200 if insn[0] == "sti" else 0), insn
    elif insn[0] != "msr":
        assert after == before, (insn, before, after)


@scene
def steps_among_interrupts(function_name, count):
    """A timer's interrupt is pending at each step, and none comes in."""
    to_main()
    run(f"tbreak {function_name}")
    go()
    seen = set()
    for _ in range(count):
        insn = run("x/i $pc").split(":", 1)[1].split()
        before = masks()
        run("stepi")
        seen.add(function())
        check_masks(insn, before, masks())
    assert not any(name in str(f) for f in seen for name in ("ukarch_trap", "entry_")), seen
    assert {"work", "uk_mutex_lock"} <= seen, seen
    exits()
