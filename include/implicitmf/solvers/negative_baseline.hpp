// SPDX-License-Identifier: MIT
/// \file
/// detail::NegativeBaseline: what negatives do on average, followed as training goes.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include <implicitmf/core/matrix.hpp>
#include <implicitmf/kernels/running_mean.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>
#include <implicitmf/solvers/window_group.hpp>

namespace implicitmf::detail {

/// Running means of the negatives' σ, and of the sums of a group's inputs, as often as negatives
/// meet them, and of its negatives, each times the σ that is expected of it: the baseline of groups
/// whose negatives are shared.
///
/// What a negative v adds to the gradient of u has the variance of σ v, with a baseline s that of
/// (σ − s) v. One s for all leaves about half of it; one for each class of contexts that are about
/// as probable, .1 for the rare and .3 for frequent ones, about a sixth less than that. (A control
/// variate: Wang, Chen, Smola & Xing, Variance Reduction for Stochastic Gradient Optimization, NIPS
/// 2013.) s must not depend on what is drawn but for its class, so a group gets it as groups before
/// left it. The mean rows may, as moves are linear in them: they must be learned before the group
/// moves, as later the rows that were drawn stand, of all, where negatives push them.
///
/// \par Thread safety  one thread.
class NegativeBaseline {
 public:
  /// One group of so many is looked at.
  static constexpr std::size_t every = 8;
  /// Groups that the mean rows reach back: few, as they lag behind rows that move.
  static constexpr std::size_t memory = 128;

  /// \param columns        of a group's rows
  /// \param largest_sigma  bound of what is expected, 0 for no baseline: where rows move by more
  ///                       than their mean while it is learned, mean and rows would run away
  ///                       together
  NegativeBaseline(std::size_t columns, float largest_sigma)
      : largest_sigma_(largest_sigma), input_(1, columns), output_(1, columns) {
    means_.fill(0.5F);  // as products are near 0 at first
    sigmas_.fill(expected_of(0));
  }

  /// Whether there is to be one; baseline() has none until follow() was called.
  [[nodiscard]] bool wanted() const noexcept { return largest_sigma_ > 0.0F; }
  /// What to expect of the next group's negatives, see WindowGroup::expect().
  [[nodiscard]] const std::array<float, NegativeSampler::class_count>& sigmas() const noexcept {
    return sigmas_;
  }
  /// For the next group. Its rows follow the means.
  [[nodiscard]] kernels::SGNSBaseline baseline() const noexcept {
    if (groups_ == 0) return {};
    return {.mean_input = input_.row_data(0),
            .mean_output = output_.row_data(0),
            .mean_meetings = meetings_};
  }

  /// Learns from a group that was not moved yet.
  /// \param negatives  what it drew
  /// \param dots       its dot products, as SGNSKernel finds them
  void follow(const kernels::SGNSGroup& group, std::span<const DrawnNegative> negatives,
              const float* dots) noexcept {
    if (!wanted() || group.input_count == 0) return;
    learn_sigma(group, negatives, dots);
    ++groups_;
    const float part = std::max(static_cast<float>(every) / static_cast<float>(memory),
                                1.0F / static_cast<float>(groups_));
    meetings_ += part * (group.all_meetings - meetings_);
    kernels::follow_sum(part, group.inputs, group.meetings, group.input_count, input_.row_data(0),
                        group.columns);
    kernels::follow_sum(part, group.outputs, group.expected, group.output_count,
                        output_.row_data(0), group.columns);
  }

 private:
  /// From one pair: of the input in the middle, and of each negative in its turn. Mean σ move
  /// slowly.
  void learn_sigma(const kernels::SGNSGroup& group, std::span<const DrawnNegative> negatives,
                   const float* dots) noexcept {
    constexpr std::size_t reach = 256;
    const DrawnNegative& negative = negatives[groups_ % negatives.size()];
    const std::size_t of = negative.noise_class;
    seen_[of] = std::min(seen_[of] + 1, reach);
    const float x = dots[group.input_count / 2 * group.weight_stride + negative.output];
    const float sigma = 1.0F / (1.0F + std::exp(-x));
    means_[of] += (sigma - means_[of]) / static_cast<float>(seen_[of]);
    sigmas_[of] = expected_of(of);
  }
  [[nodiscard]] float expected_of(std::size_t noise_class) const noexcept {
    return std::min(means_[noise_class], largest_sigma_);
  }

  float largest_sigma_;
  std::array<float, NegativeSampler::class_count> means_;
  std::array<float, NegativeSampler::class_count> sigmas_;
  std::array<std::size_t, NegativeSampler::class_count> seen_{};
  std::size_t groups_ = 0;
  float meetings_ = 0.0F;  // mean of all_meetings
  AlignedMatrix input_;
  AlignedMatrix output_;
};

}  // namespace implicitmf::detail
