/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * machines: several machines in one process, a thread each, made and destroyed
 * again and again. Each adds its own numbers, as calc does, and no descriptor
 * is left. Prints how many sums were right.
 */
#define main calc_main
#include <calc.c>
#undef main
#include <dirent.h>
#include <pthread.h>

#define MACHINES 4
#define TURNS 25

#ifdef __x86_64__
#define SPACE VMM_SPACE_PORT
#define SIZE 1
#else
#define SPACE VMM_SPACE_MMIO
#define SIZE 8
#endif

static int sum(void *ctx, struct vmm_access *a)
{
	*(uint64_t *)ctx = a->value;
	return 1;
}

static uint64_t one(uint64_t a, uint64_t b)
{
	struct vmm_state s = { 0 };
	struct vmm_machine *m;
	struct vmm_vcpu *v;
	struct vmm_exit e;
	uint64_t result = 0;
	uint8_t *mem = mmap(NULL, VMM_PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int rc;

	memcpy(mem, code, sizeof(code));
	rc = vmm_machine_create(&m, 0);
	if (rc)
		return (uint64_t)fail(rc);
	if ((rc = vmm_memory_map(m, CODE, mem, VMM_PAGE, 7)) ||
	    (rc = vmm_device_add(m, SPACE, PORT, SIZE, sum, &result)) ||
	    (rc = vmm_vcpu_create(m, 0, &v)) ||
	    (rc = vmm_state_get(v, &s, VMM_STATE_GENERAL | VMM_STATE_SYSTEM)))
		return (uint64_t)fail(rc);
	start(&s, a, b);
	if ((rc = vmm_state_set(v, &s, VMM_STATE_GENERAL | VMM_STATE_SYSTEM)) ||
	    (rc = vmm_run(v, &e)))
		return (uint64_t)fail(rc);
	vmm_machine_destroy(m);
	munmap(mem, VMM_PAGE);
	return e.why == VMM_EXIT_STOP ? result : 0;
}

static void *turns(void *number)
{
	uint64_t n = *(unsigned int *)number, right = 0;

	for (uint64_t i = 0; i < TURNS; i++)
		right += one(1000 * n, i + 1) == 1000 * n + i + 1;
	*(unsigned int *)number = (unsigned int)right;
	return NULL;
}

static unsigned int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	unsigned int n = 0;

	while (dir && readdir(dir))
		n++;
	if (dir)
		closedir(dir);
	return n;
}

int main(void)
{
	unsigned int before = descriptors(), right = 0, number[MACHINES];
	pthread_t threads[MACHINES];

	for (unsigned int i = 0; i < MACHINES; i++) {
		number[i] = i + 1;
		if (pthread_create(&threads[i], NULL, turns, &number[i]))
			return 1;
	}
	for (unsigned int i = 0; i < MACHINES; i++) {
		pthread_join(threads[i], NULL);
		right += number[i];
	}
	printf("%u of %u right, %d descriptors left\n", right, MACHINES * TURNS,
	       (int)descriptors() - (int)before);
	return 0;
}
