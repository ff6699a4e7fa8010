// SPDX-License-Identifier: MIT
/// \file
/// detail::NegativeBaseline: what negatives do on average, followed as training goes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/kernels/axpy.hpp>
#include <implicitmf/kernels/sgns_group.hpp>

namespace implicitmf::detail {

/// Running means of the negatives' σ, of the inputs that they meet and of the outputs that are
/// drawn: the baseline of groups whose negatives are shared.
///
/// What a negative v adds to the gradient of u has the variance of σ v, with a baseline s that of
/// (σ − s) v; at d = 300 it is half of it, as most negatives have a σ near the mean. (A control
/// variate: Wang, Chen, Smola & Xing, Variance Reduction for Stochastic Gradient Optimization, NIPS
/// 2013.) s must not depend on what is drawn, so a group gets it as groups before left it. The mean
/// rows may, as moves are linear in them: they must be learned before the group moves, as later the
/// rows that were drawn stand, of all, where negatives push them.
///
/// \par Thread safety  one thread.
class NegativeBaseline {
 public:
  /// One group of so many is looked at.
  static constexpr std::size_t every = 16;
  /// Groups that the mean rows reach back: few, as they lag behind rows that move.
  static constexpr std::size_t memory = 128;

  /// \param stride         floats of a row
  /// \param largest_sigma  bound of σ, 0 for no baseline. Where rows move by more than their mean
  ///                       while it is learned, mean and rows would run away together
  NegativeBaseline(std::size_t stride, float largest_sigma)
      : largest_sigma_(largest_sigma), input_(1, stride), output_(1, stride) {}

  /// For the next group. Its rows follow the means.
  [[nodiscard]] kernels::SGNSBaseline baseline() const noexcept {
    return {.sigma = std::min(sigma_, largest_sigma_),
            .mean_input = input_.row_data(0),
            .mean_output = output_.row_data(0)};
  }

  /// Learns from a group that was not moved yet.
  /// \param dots  its dot products, as SGNSKernel finds them
  void follow(const kernels::SGNSGroup& group, const float* dots) noexcept {
    if (largest_sigma_ == 0.0F) return;
    const float meetings = group.all_meetings();
    const float draws = group.all_draws();
    if (!(meetings > 0.0F && draws > 0.0F)) return;
    ++groups_;
    sigma_ += share(1.0F / 512.0F) * (sigma_of_one(group, dots) - sigma_);

    const float part = share(static_cast<float>(every) / static_cast<float>(memory));
    float* const input = input_.row_data(0);
    float* const output = output_.row_data(0);
    kernels::scale(1.0F - part, input, group.stride);
    kernels::scale(1.0F - part, output, group.stride);
    for (std::size_t i = 0; i < group.input_count; ++i)
      kernels::axpy(part * group.meetings[i] / meetings, group.inputs[i], input, group.stride);
    for (std::size_t j = 0; j < group.output_count; ++j)
      if (group.draws[j] > 0.0F)
        kernels::axpy(part * group.draws[j] / draws, group.outputs[j], output, group.stride);
  }

 private:
  /// What this group has in a mean: as much as any at first, then `steady`.
  [[nodiscard]] float share(float steady) const noexcept {
    return std::max(steady, 1.0F / static_cast<float>(groups_));
  }

  /// Of an input in the middle and the first output that was drawn. One pair is enough, as the mean
  /// σ moves slowly.
  [[nodiscard]] static float sigma_of_one(const kernels::SGNSGroup& group,
                                          const float* dots) noexcept {
    std::size_t drawn = 0;
    while (group.draws[drawn] == 0.0F) ++drawn;
    return 1.0F / (1.0F + std::exp(-dots[group.input_count / 2 * group.weight_stride + drawn]));
  }

  float largest_sigma_;
  float sigma_ = 0.0F;
  std::size_t groups_ = 0;
  AlignedMatrix input_;
  AlignedMatrix output_;
};

}  // namespace implicitmf::detail
