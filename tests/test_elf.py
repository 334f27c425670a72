# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
"""support/elf.py, which reads ELF files for the whole host side, against pyelftools."""

import pytest
from elf import Elf, ElfError, NT_GNU_BUILD_ID
from elftools.elf.elffile import ELFFile
from vitrine import build

pytestmark = [pytest.mark.any_arch, pytest.mark.one_cpu("no guest")]


def test_reads_what_pyelftools_reads(arch):
    path = build("hello", arch).path
    ours = Elf(path)
    with open(path, "rb") as f:
        theirs = ELFFile(f)
        head = theirs.header
        assert (ours.machine, ours.type) == (
            {"EM_X86_64": 62, "EM_AARCH64": 183}[head.e_machine], {"ET_EXEC": 2}[head.e_type])
        assert [s[1:] for s in ours.segments] == [
            tuple(s[name] for name in ("p_flags", "p_offset", "p_vaddr", "p_paddr", "p_filesz",
                                       "p_memsz", "p_align")) for s in theirs.iter_segments()]
        assert [(s.name, *s[2:]) for s in ours.sections] == [
            (s.name, *(s[name] for name in ("sh_flags", "sh_addr", "sh_offset", "sh_size", "sh_link",
                                            "sh_info", "sh_addralign", "sh_entsize")))
            for s in theirs.iter_sections()]
        assert [(s.name, s.value, s.size) for s in ours.symbols()] == [
            (s.name if s["st_name"] else "", s["st_value"], s["st_size"])
            for s in theirs.get_section_by_name(".symtab").iter_symbols()]
        notes = [(n["n_name"], n["n_desc"]) for s in theirs.iter_segments()
                 if s["p_type"] == "PT_NOTE" for n in s.iter_notes()]
        assert [name.decode() for _, name, _ in ours.notes()] == [name for name, _ in notes]
        assert ours.build_id == dict(notes)["GNU"]
        assert [text.hex() for kind, _, text in ours.notes() if kind == NT_GNU_BUILD_ID] == \
            [ours.build_id]
        text = theirs.get_section_by_name(".text")
        assert ours.offset(text["sh_addr"]) == text["sh_offset"]
        own, = (s for s in ours.sections if s.name == ".rodata")
        assert ours.contents(own) == theirs.get_section_by_name(".rodata").data()
    with pytest.raises(ElfError, match="in no segment"):
        ours.offset(1)


@pytest.mark.parametrize("length, says", [
    (0, "no 64-bit"), (3, "no 64-bit"), (20, "headers are damaged"), (70, "headers are damaged")])
def test_refuses_what_is_cut_off(tmp_path, arch, length, says):
    path = tmp_path / "x.elf"
    path.write_bytes(build("hello", arch).path.read_bytes()[:length])
    with pytest.raises(ElfError, match=says):
        Elf(path)


def test_one_inside_of_a_file(tmp_path, arch):
    """As in a core file, at any offset."""
    image = build("hello", arch).path
    (tmp_path / "x").write_bytes(b"y" * 4097 + image.read_bytes())
    inner, outer = Elf(tmp_path / "x", 4097), Elf(image)
    assert inner.segments == outer.segments and inner.build_id == outer.build_id
    assert list(inner.symbols()) == list(outer.symbols())
