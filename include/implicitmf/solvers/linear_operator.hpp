// SPDX-License-Identifier: MIT
/// \file
/// LinearOperator: all that a solver knows of a matrix.
#pragma once

#include <concepts>
#include <cstddef>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>

namespace implicitmf {

/// A rows() × cols() matrix that multiplies panels: apply(x, y, team) sets y = A x for x of
/// cols() × b and y of rows() × b, apply_transpose(x, y, team) sets y = Aᵀ x. Panels have at most
/// 64 columns. Both write the whole of y, keep its padding zero, and give the same bits for any
/// size of the team, which they may use or not.
template <class A>
concept LinearOperator = requires(const A& a, const AlignedMatrix& x, AlignedMatrix& y,
                                  ThreadTeam& team) {
  { a.rows() } -> std::convertible_to<std::size_t>;
  { a.cols() } -> std::convertible_to<std::size_t>;
  a.apply(x, y, team);
  a.apply_transpose(x, y, team);
};

/// Whether an operator says that it equals its transpose; one without is_symmetric() does not.
template <LinearOperator A>
[[nodiscard]] bool is_symmetric_operator(const A& a) {
  if constexpr (requires {
                  { a.is_symmetric() } -> std::convertible_to<bool>;
                })
    return a.is_symmetric();
  return false;
}

}  // namespace implicitmf
