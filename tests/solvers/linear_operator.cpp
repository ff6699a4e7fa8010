// SPDX-License-Identifier: MIT
#include <implicitmf/solvers/linear_operator.hpp>

#include <cstddef>
#include <string>
#include <type_traits>

#include <doctest/doctest.h>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>

#include "archetypes.hpp"

namespace imf = implicitmf;
using imf::AlignedMatrix;
using imf::is_symmetric_operator;
using imf::LinearOperator;
using imf::ThreadTeam;

namespace {

/// What the operators below have in common.
struct Products {
  [[nodiscard]] int rows() const { return 3; }
  [[nodiscard]] std::size_t cols() const { return 3; }
  void apply(const AlignedMatrix&, AlignedMatrix&, ThreadTeam&) const {}
  void apply_transpose(const AlignedMatrix&, AlignedMatrix&, ThreadTeam&) const {}
};

template <class Answer>
struct Answering : Products {
  Answer answer{};
  [[nodiscard]] Answer is_symmetric() const { return answer; }
};

struct SilentSymmetry : Products {
  void is_symmetric() const {}
};

}  // namespace

TEST_CASE("what a linear operator is") {
  using archetypes::DenseOperator;
  static_assert(LinearOperator<DenseOperator>);
  static_assert(!std::is_default_constructible_v<DenseOperator>);
  static_assert(!std::is_copy_constructible_v<DenseOperator>);
  static_assert(LinearOperator<Products>);

  struct NoTranspose {
    std::size_t rows() const;
    std::size_t cols() const;
    void apply(const AlignedMatrix&, AlignedMatrix&, ThreadTeam&) const;
  };
  struct NoTeam : Products {
    void apply(const AlignedMatrix&, AlignedMatrix&) const;
  };
  struct Changing : Products {
    void apply(const AlignedMatrix&, AlignedMatrix&, ThreadTeam&);
  };
  struct NamedRows : Products {
    std::string rows() const;
  };
  static_assert(!LinearOperator<NoTranspose>);
  static_assert(!LinearOperator<NoTeam>);
  static_assert(!LinearOperator<Changing>);
  static_assert(!LinearOperator<NamedRows>);
}

TEST_CASE("an operator is symmetric if it says so") {
  CHECK(!is_symmetric_operator(Products{}));
  CHECK(is_symmetric_operator(Answering<bool>{{}, true}));
  CHECK(!is_symmetric_operator(Answering<bool>{{}, false}));
  CHECK(is_symmetric_operator(Answering<std::true_type>{}));
  CHECK(!is_symmetric_operator(SilentSymmetry{}));
  const auto value = [](std::size_t r, std::size_t c) { return r + c; };
  CHECK(!is_symmetric_operator(archetypes::DenseOperator(2, 2, value)));
  CHECK(is_symmetric_operator(archetypes::SymmetricOperator(2, value)));
}
