// expect: lvalue required as left operand|expression is not assignable
// SPDX-License-Identifier: MIT
#include <implicitmf/core/matrix.hpp>

float first_value(const implicitmf::AlignedMatrix& matrix) {
#if defined(EXPECT_FAILURE)
  matrix(0, 0) = 1.0F;
#endif
  return matrix(0, 0);
}
