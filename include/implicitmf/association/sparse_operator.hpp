// SPDX-License-Identifier: MIT
/// \file
/// SparseOperator: a sparse matrix, or a sparse one plus one of rank one, times panels of vectors.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/kernels/sparse_product.hpp>

namespace implicitmf {

/// A sparse float matrix that multiplies panels; models LinearOperator.
///
/// A matrix that is not symmetric keeps its transpose beside it, so that both products go row by
/// row: each row is summed by one thread in a fixed order, so results do not depend on the threads.
///
/// \par Memory  8 bytes a nonzero, 16 if the matrix is not symmetric.
/// \par Thread safety  immutable once made.
template <class Arch = DefaultArch>
class SparseOperator {
 public:
  explicit SparseOperator(Csr<float> matrix)
      : matrix_(std::move(matrix)),
        symmetric_(implicitmf::is_symmetric(matrix_)),
        transposed_(symmetric_ ? Csr<float>{} : transpose(matrix_)),
        row_cuts_(cut_rows(matrix_)),
        column_cuts_(symmetric_ ? std::vector<std::size_t>{} : cut_rows(transposed_)) {}

  [[nodiscard]] std::size_t rows() const noexcept { return matrix_.rows(); }
  [[nodiscard]] std::size_t cols() const noexcept { return matrix_.cols; }
  /// Whether the matrix equals its transpose, bit for bit.
  [[nodiscard]] bool is_symmetric() const noexcept { return symmetric_; }
  [[nodiscard]] const Csr<float>& matrix() const noexcept { return matrix_; }
  /// Bytes of the matrix and its transpose.
  [[nodiscard]] std::uint64_t memory_bytes() const noexcept {
    return 8 * (matrix_.nonzeros() + transposed_.nonzeros() + matrix_.offsets.size() +
                transposed_.offsets.size());
  }

  /// y = A x; x is cols() × b, y rows() × b, both padded with zeros.
  void apply(const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) const {
    multiply(matrix_, row_cuts_, x, y, team);
  }
  /// y = Aᵀ x; x is rows() × b, y cols() × b.
  void apply_transpose(const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) const {
    if (symmetric_)
      apply(x, y, team);
    else
      multiply(transposed_, column_cuts_, x, y, team);
  }

 private:
  /// First rows of stretches of about equal numbers of nonzeros, and the end.
  static std::vector<std::size_t> cut_rows(const Csr<float>& a) {
    constexpr std::uint64_t stretch = std::uint64_t{1} << 16U;
    std::vector<std::size_t> cuts{0};
    for (std::size_t r = 0; r < a.rows(); ++r)
      if (a.offsets[r + 1] + r + 1 - a.offsets[cuts.back()] - cuts.back() >= stretch)
        cuts.push_back(r + 1);
    if (cuts.back() != a.rows()) cuts.push_back(a.rows());
    return cuts;
  }

  static void multiply(const Csr<float>& a, const std::vector<std::size_t>& cuts,
                       const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) {
    team.for_each(cuts.size() - 1, [&](std::size_t i) {
      kernels::sparse_product<Arch>(cuts[i], cuts[i + 1], a.offsets.data(), a.columns.data(),
                                    a.values.data(), x.row_data(0), x.stride(), y.row_data(0),
                                    y.stride(), x.stride());
    });
  }

  Csr<float> matrix_;
  bool symmetric_;
  Csr<float> transposed_;
  std::vector<std::size_t> row_cuts_;
  std::vector<std::size_t> column_cuts_;
};

/// A + s · u vᵀ for a sparse A, without storing it. Models LinearOperator; symmetric where A is and
/// u equals v.
template <class Arch = DefaultArch>
class SparsePlusOuter {
 public:
  /// \param u  rows() numbers; \param v  cols() numbers
  SparsePlusOuter(Csr<float> matrix, double scale, std::vector<float> u, std::vector<float> v)
      : sparse_(std::move(matrix)), scale_(scale), u_(std::move(u)), v_(std::move(v)) {}

  [[nodiscard]] std::size_t rows() const noexcept { return sparse_.rows(); }
  [[nodiscard]] std::size_t cols() const noexcept { return sparse_.cols(); }
  [[nodiscard]] bool is_symmetric() const noexcept { return sparse_.is_symmetric() && u_ == v_; }

  /// y = (A + s u vᵀ) x
  void apply(const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) const {
    sparse_.apply(x, y, team);
    add_outer(u_, v_, x, y, team);
  }
  /// y = (A + s u vᵀ)ᵀ x
  void apply_transpose(const AlignedMatrix& x, AlignedMatrix& y, ThreadTeam& team) const {
    sparse_.apply_transpose(x, y, team);
    add_outer(v_, u_, x, y, team);
  }

 private:
  /// y ← y + s u (vᵀ x), in double.
  void add_outer(const std::vector<float>& u, const std::vector<float>& v, const AlignedMatrix& x,
                 AlignedMatrix& y, ThreadTeam& team) const {
    std::vector<double> sums(x.cols(), 0.0);
    for (std::size_t r = 0; r < x.rows(); ++r)
      for (std::size_t c = 0; c < x.cols(); ++c)
        sums[c] += static_cast<double>(v[r]) * static_cast<double>(x(r, c));
    for (double& sum : sums) sum *= scale_;
    constexpr std::size_t slab = 1024;
    team.for_each((y.rows() + slab - 1) / slab, [&](std::size_t s) {
      for (std::size_t r = s * slab; r < std::min(y.rows(), (s + 1) * slab); ++r)
        for (std::size_t c = 0; c < y.cols(); ++c)
          y(r, c) = static_cast<float>(static_cast<double>(y(r, c)) +
                                       static_cast<double>(u[r]) * sums[c]);
    });
  }

  SparseOperator<Arch> sparse_;
  double scale_;
  std::vector<float> u_;
  std::vector<float> v_;
};

/// A + s · 1 1ᵀ: the matrix whose unobserved cells are s instead of 0. With A = PMI on observed
/// cells and s = −log k it is the shifted PMI matrix whose unseen cells stand at −log k.
template <class Arch = DefaultArch>
[[nodiscard]] SparsePlusOuter<Arch> shifted_operator(Csr<float> matrix, double shift) {
  std::vector<float> u(matrix.rows(), 1.0F);
  std::vector<float> v(matrix.cols, 1.0F);
  return {std::move(matrix), shift, std::move(u), std::move(v)};
}

}  // namespace implicitmf
