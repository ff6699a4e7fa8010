// expect: -ffast-math breaks its NaN checks
// SPDX-License-Identifier: MIT
#if defined(EXPECT_FAILURE)
#define __FAST_MATH__ 1
#endif
#include <implicitmf/core/types.hpp>

implicitmf::WordId first_word() { return 0; }
