// expect: this is never said
// SPDX-License-Identifier: MIT
// Fails with another message than the one it expects: the check has to refuse it.
#if defined(EXPECT_FAILURE)
int main() { return undeclared; }
#else
int main() {}
#endif
