#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Proves on objects that a message below the level leaves no code and no
# string, yet has its format checked. Usage: levels.sh OUT-FOLDER; run by the
# Makefile beside it. Output is TAP.

here=$(cd "$(dirname "$0")" && pwd)
base=$here/../../../..
out=$1
tests=0
status=0
mkdir -p "$out"

result() { # ok|"not ok" text
	tests=$((tests + 1))
	[ "$1" = ok ] || status=1
	echo "$1 $tests - $2"
}

# cc, opt and on are lists of words.
# shellcheck disable=SC2086
build() { # level flags…
	level=$1
	shift
	on="-DCONFIG_LIBUKPRINT=1 -DCONFIG_LIBUKPRINT_LINE_MAX=128"
	[ "$level" -ge 0 ] || on=
	$cc $opt -std=gnu11 -ffreestanding -Wall -Werror -D__LIBNAME__='"t"' \
		$on -DCONFIG_LIBUKPRINT_LEVEL="$level" "$@" \
		-I"$base/lib/ukcore/include" -I"$base/lib/ukprint/include" \
		-c -o "$out/levels.o" "$here/levels.c" 2>"$out/levels.err"
}

size_of() { # function
	nm -S "$out/levels.o" | awk -v f="$1" '$4 == f { print $2 }'
}

expect() { # highest level that must be there; -1: nothing at all
	for n in 0 1 2 3 4; do
		want=0
		[ "$n" -gt "$1" ] || want=1
		have=0
		! grep -q "MARK-$n" "$out/levels.o" || have=1
		[ $want = $have ] || { echo "# MARK-$n: $have, not $want"; return 1; }
	done
	always=0
	! grep -q "MARK-always" "$out/levels.o" || always=1
	[ "$always" = "$([ "$1" -ge 0 ] && echo 1 || echo 0)" ] || {
		echo "# MARK-always: $always"; return 1; }
	[ "$1" -ge 4 ] || [ "$(size_of debug_only)" = "$(size_of nothing)" ] || {
		echo "# debug_only has code"; return 1; }
	[ "$1" -ge 0 ] || ! nm -u "$out/levels.o" | grep -q uk_ || {
		echo "# calls are left"; return 1; }
}

check() { # text highest-level build-arguments…
	text=$1
	highest=$2
	shift 2
	if build "$@" && expect "$highest"; then
		result ok "$text"
	else
		sed 's/^/# /' "$out/levels.err"
		result "not ok" "$text"
	fi
}

for cc in gcc aarch64-linux-gnu-gcc clang; do
	for opt in -O2 -Os -Og; do
		for level in 0 1 2 3; do
			check "$cc $opt level $level" $level $level
		done
		check "$cc $opt all debug messages" 4 0 -DCONFIG_LIBUKPRINT_PRINTD=1
		check "$cc $opt debug messages of a file" 4 1 -DUK_DEBUG
		check "$cc $opt with places" 3 3 -DCONFIG_LIBUKPRINT_SHOW_LIB=1 \
			-DCONFIG_LIBUKPRINT_SHOW_PLACE=1
		check "$cc $opt without the log" -1 -1
	done
	if build 0 -DBAD_FORMAT || ! grep -q format "$out/levels.err"; then
		result "not ok" "$cc checks the format of a message that is off"
	else
		result ok "$cc checks the format of a message that is off"
	fi
done
echo "1..$tests"
exit $status
