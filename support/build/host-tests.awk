# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The Vitrine Authors
#
# Sums up the logs of host tests: prints each test, the whole log of a program
# that failed, and "N passed, N failed". Ends with 1 if any failed.

FNR == 1 { text = ""; good = bad = 0 }

# Not libFuzzer's thousands of inputs.
!/^#[0-9]/ && !/^".*" # Uses: / { text = text "    " $0 "\n" }

/^ok [0-9]+ / { good++ }
/^not ok [0-9]+ / { bad++ }

/^# status / {
	ended++
	if ($3 == "fuzz")
		good = $4 == 0
	if ($4 != 0 && bad == 0)
		bad = 1
	if (good + bad == 0)
		bad = 1
	name = FILENAME
	sub(/.*\/host-tests\//, "", name)
	sub(/\.log$/, "", name)
	printf "  %-6s %-40s %d passed, %d failed\n", bad ? "FAIL" : "ok", name, good, bad
	if (bad) {
		printf "%s", text
		sub(/[^\/]*$/, "tests/host/&", name)
		printf "  To repeat it alone: make check-host T=%s\n", name
	}
	passed += good
	failed += bad
}

END {
	if (ended != ARGC - 1) {
		printf "  FAIL   %d of %d logs have no status\n", ARGC - 1 - ended, ARGC - 1
		failed++
	}
	printf "%d passed, %d failed\n", passed, failed
	exit failed != 0
}
