/* SPDX-License-Identifier: BSD-3-Clause */
/* Copyright (c) 2026, The Vitrine Authors */
/*
 * Lua without files: test_kasan_programs.py puts it beside Lua's sources, and
 * knows what the script prints.
 */
#include <stdio.h>
#include "lua.h"
#include "lauxlib.h"
#include "lualib.h"

static const char script[] =
	"local words = {}\n"
	"for i = 1, 2000 do words[i] = string.format('w%d', i * 7919 % 2003) end\n"
	"table.sort(words)\n"
	"print(#words, words[1], words[1000], words[2000])\n"
	"local s = table.concat(words, ',')\n"
	"local n = 0\n"
	"for w in s:gmatch('w(%d+)') do n = n + tonumber(w) end\n"
	"print(n, #s, (s:gsub('w1', 'x')):sub(1, 20))\n"
	"local function fail(depth)\n"
	"  if depth == 0 then error({ code = 42 }) end\n"
	"  return 1 + fail(depth - 1)\n"
	"end\n"
	"local sum = 0\n"
	"for i = 1, 100 do\n"
	"  local ok, err = pcall(fail, i)\n"
	"  sum = sum + (ok and 0 or err.code)\n"
	"end\n"
	"print(sum)\n"
	"local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end\n"
	"local co = coroutine.wrap(function()\n"
	"  for i = 1, 20 do coroutine.yield(fib(i)) end\n"
	"end)\n"
	"for i = 1, 19 do co() end\n"
	"print(co())\n"
	"local weak = setmetatable({}, { __mode = 'v' })\n"
	"for i = 1, 5000 do weak[i] = { i, tostring(i):rep(10) } end\n"
	"collectgarbage()\n"
	"local left = 0\n"
	"for _ in pairs(weak) do left = left + 1 end\n"
	"print(left, math.type(3 // 1), utf8.len('\\u{e4}\\u{20ac}'))\n"
	"print(string.pack('<i4', 1000):byte(1, 4))\n";

int main(int argc, char **argv)
{
	static const luaL_Reg libs[] = {
		{ "_G", luaopen_base },
		{ LUA_TABLIBNAME, luaopen_table },
		{ LUA_STRLIBNAME, luaopen_string },
		{ LUA_MATHLIBNAME, luaopen_math },
		{ LUA_UTF8LIBNAME, luaopen_utf8 },
		{ LUA_COLIBNAME, luaopen_coroutine },
	};
	lua_State *l = luaL_newstate();
	int rc;

	for (unsigned int i = 0; i < sizeof(libs) / sizeof(*libs); i++) {
		luaL_requiref(l, libs[i].name, libs[i].func, 1);
		lua_pop(l, 1);
	}
	rc = luaL_dostring(l, script);
	if (rc)
		puts(lua_tostring(l, -1));
	lua_close(l);
	return rc;
}
