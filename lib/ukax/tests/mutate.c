/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Gives a fuzzer's function each of the files, then COUNT mutations of them,
 * always the same: for a target that has no libFuzzer. tests/test_ax.py.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t dice(uint32_t n)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005 + 1442695040888963407;
	return (uint32_t)((state >> 33) % n);
}

int main(int argc, char **argv)
{
	static uint8_t seeds[64][SIZE];
	size_t sizes[64];
	long count = atol(argv[1]);
	uint32_t files = 0;

	for (int i = 2; i < argc && files < 64; i++, files++) {
		FILE *file = fopen(argv[i], "rb");

		if (!file)
			return perror(argv[i]), 1;
		sizes[files] = fread(seeds[files], 1, SIZE / 2, file);
		fclose(file);
		LLVMFuzzerTestOneInput(seeds[files], sizes[files]);
	}
	while (count--) {
		uint8_t data[SIZE];
		uint32_t from = dice(files), other = dice(files);
		size_t size = sizes[from];
		size_t tail = sizes[other] ? dice((uint32_t)sizes[other]) : 0;

		memcpy(data, seeds[from], size);
		if (dice(2)) { /* the rest is another one's */
			size = size ? dice((uint32_t)size) : 0;
			memcpy(data + size, seeds[other] + tail,
			       sizes[other] - tail);
			size += sizes[other] - tail;
		}
		for (uint32_t i = dice(6); i && size; i--)
			data[dice((uint32_t)size)] = (uint8_t)dice(256);
		LLVMFuzzerTestOneInput(data, size);
	}
	return 0;
}
