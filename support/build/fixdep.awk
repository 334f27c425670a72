# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Rewrites a compiler's dependency files in place: instead of on the whole config.h,
# an object depends on the empty files of just those options that its sources
# name. Those files are kconfiglib's (sync_deps): CONFIG_FOO_BAR is
# foo/bar.h in $(CONFIG_DIR). One that does not exist yet belongs to an option
# that was never set, hence $(wildcard). What is in the image's folder is named by
# $(BUILD): the folder may be moved. A file whose first line is DONE was rewritten
# before, and stays.
#
# Usage: awk -v build=BUILD -v skip=CONFIG_H -f fixdep.awk FILE.dep...

function anywhere(path) {
	return index(path, build "/") == 1 ? "$(BUILD)" substr(path, length(build) + 1) : path
}

# The options that a file names, each once, with blanks between; read once.
function scan(file,    line, opt) {
	if (file in named)
		return
	named[file] = " "
	while ((getline line < file) > 0) {
		while (match(line, /CONFIG_[A-Z0-9_]+/)) {
			opt = substr(line, RSTART + 7, RLENGTH - 7)
			line = substr(line, RSTART + RLENGTH)
			if (!index(named[file], " " opt " "))
				named[file] = named[file] opt " "
		}
	}
	close(file)
}

function add(file,    list, n, i, path) {
	scan(file)
	n = split(named[file], list, " ")
	for (i = 1; i <= n; i++) {
		if (list[i] in seen)
			continue
		seen[list[i]] = 1
		path = tolower(list[i])
		gsub(/_/, "/", path)
		options = options " \\\n " "$(wildcard $(CONFIG_DIR)/" path ".h)"
	}
}

function finish() {
	if (out != "") {
		printf "%s\n%s\n%s", DONE, out options, tail >file
		close(file)
	}
	out = options = tail = source = ""
	split("", seen)
}

BEGIN {
	DONE = "# by option"
}

FNR == 1 {
	finish()
	file = FILENAME
	if ($0 == DONE)
		nextfile
}

# The phony targets that -MP adds for headers, config.h's own among them.
/^[^ ]+:$/ {
	if ($0 != skip ":")
		tail = tail anywhere($0) "\n"
	next
}

{
	for (i = 1; i <= NF; i++) {
		if ($i == "\\" || $i == skip)
			continue
		out = out (i == 1 && out == "" ? "" : " \\\n ") anywhere($i)
		# The source itself may move, like a header: an object of an
		# application whose folder was moved is compiled again.
		if (!source && $i !~ /:$/) {
			source = $i
			tail = tail anywhere(source) ":\n"
		}
		if ($i ~ /:$/ || $i ~ /newlib-/ || $i ~ /^\/usr\// || $i ~ /\/lib\/gcc/)
			continue
		add($i)
	}
}

END {
	finish()
}
