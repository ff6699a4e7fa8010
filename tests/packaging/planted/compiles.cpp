// expect: anything
// SPDX-License-Identifier: MIT
// Compiles with and without EXPECT_FAILURE: the check of what must not compile has to refuse it.
int main() {}
