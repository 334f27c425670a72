# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Writes the words of C headers outside of comments, each once, to the file
# that the last argument out=FILE names; the headers of each file follow it:
#
#   awk -f names.awk out=a a1.h a2.h out=b b1.h
#
# Among the words are the names that the headers declare. The others, such as
# types and parameters, do no harm: lib.mk compares them with what an object
# defines, and `make lint` names what is global there without a declaration.

{
	line = ""
	rest = $0
	for (;;) {
		if (comment) {
			if (!(at = index(rest, "*/")))
				break
			rest = substr(rest, at + 2)
			comment = 0
		}
		at = index(rest, "/*")
		if (!at) {
			line = line " " rest
			break
		}
		line = line " " substr(rest, 1, at - 1)
		rest = substr(rest, at + 2)
		comment = 1
	}
	sub(/\/\/.*/, "", line)
	n = split(line, words, /[^A-Za-z0-9_]+/)
	for (i = 1; i <= n; i++)
		if (words[i] ~ /^[A-Za-z_]/ && !seen[out, words[i]]++)
			print words[i] > out
}
