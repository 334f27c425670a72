# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Reads the linker's messages and what nm -A prints about the libraries' objects,
# and names each undefined reference that is a private name of a library.

FNR == NR {
	if (match($0, /undefined reference to .[^']*/))
		wanted[substr($0, RSTART + 24, RLENGTH - 24)]
	next
}

$2 ~ /^[a-tx-z]$/ && $3 in wanted {
	sub(/\.o:.*/, "", $1)
	print $1 ": " $3 " is private: declare it in a header of a CINCLUDES-y folder to use it elsewhere"
}
