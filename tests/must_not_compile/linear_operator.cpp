// expect: satisf(y|action of) 'LinearOperator
// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/symmetric_svd.hpp>

struct Matrix {
  std::size_t rows() const { return 1; }
  std::size_t cols() const { return 1; }
  void apply(const implicitmf::AlignedMatrix&, implicitmf::AlignedMatrix&,
             implicitmf::ThreadTeam&) const {}
#if !defined(EXPECT_FAILURE)
  void apply_transpose(const implicitmf::AlignedMatrix&, implicitmf::AlignedMatrix&,
                       implicitmf::ThreadTeam&) const {}
#endif
};

void factorize(const Matrix& matrix) {
  static_cast<void>(implicitmf::SymmetricSVD{{.dimension = 1}}.factorize(matrix));
}
