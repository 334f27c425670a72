/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/* Each header that lib/ukcxx/README.md lists, and something of the larger ones.
 */
#include <algorithm>
#include <array>
#include <atomic>
#include <bitset>
#include <cassert>
#include <cctype>
#include <cerrno>
#include <cfloat>
#include <cinttypes>
#include <climits>
#include <cmath>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <new>
#include <numeric>
#include <optional>
#include <queue>
#include <stack>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

using namespace std::literals;

void headers()
{
	std::vector<int> v{ 3, 1, 2 };
	std::deque<int> d(v.begin(), v.end());
	std::array<int, 3> a{ 1, 2, 3 };
	std::function<int(int)> twice = [&](int x) { return 2 * x + a[0]; };
	auto owned = std::make_unique<int>(6);
	auto shared = std::make_shared<int>(7);
	std::weak_ptr<int> weak = shared;
	std::optional<int> none, some = 4;
	std::variant<int, const char *> either = "text";
	std::atomic<int> count{ 1 };
	std::priority_queue<int> queue(v.begin(), v.end());

	for (int i = 0; i < 100; i++)
		v.push_back(i);
	std::sort(v.begin(), v.end(), std::greater<>());
	d.push_front(9);
	count += *shared;
	printf("%d %d %d %d %ld\n", v[0], d[0], twice(5), *owned,
	       weak.use_count());
	printf("%d %d %s %d %d\n", none.value_or(8), *some, std::get<1>(either),
	       count.load(), queue.top());
	printf("%d %d\n", std::accumulate(a.begin(), a.end(), 0),
	       "needle in hay"sv.find("in") == 7);
}

int out_of_range(unsigned int i)
{
	std::vector<int> v(3);

	return v.at(i);
}
