// SPDX-License-Identifier: MIT
// with_isa ISA PROGRAM [ARGUMENT...]: runs PROGRAM if this processor has what ISA needs; says so
// and exits with 77 if not. A program of its own, built for any machine: the tests themselves may
// hold instructions of their set in every function.
#include <cstdio>
#include <cstring>

#include <unistd.h>

namespace {

constexpr int exit_skipped = 77;

bool processor_has(const char* isa) {
  if (std::strcmp(isa, "scalar") == 0) return true;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (std::strcmp(isa, "sse2") == 0) return true;
  if (std::strcmp(isa, "avx2") == 0) return avx2;
  if (std::strcmp(isa, "avx512") == 0) return avx2 && avx512;
#endif
  return false;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fputs("usage: with_isa ISA PROGRAM [ARGUMENT...]\n", stderr);
    return 2;
  }
  if (!processor_has(argv[1])) {
    std::fprintf(stderr, "SKIPPED: this processor lacks %s\n", argv[1]);
    return exit_skipped;
  }
  ::execv(argv[2], argv + 2);
  std::perror(argv[2]);
  return 1;
}
