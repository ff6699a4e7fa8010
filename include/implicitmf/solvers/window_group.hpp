// SPDX-License-Identifier: MIT
/// \file
/// WindowGroup: windows that are trained together, with their negatives.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/window_list.hpp>

namespace implicitmf {

/// How many negatives a draw has, and what each weighs.
struct NegativeDraw {
  std::size_t count = 5;
  float weight = 1.0F;  ///< k / count
};

/// A negative that was drawn for a group.
struct DrawnNegative {
  WordId id = 0;
  std::uint32_t output = 0;      ///< of the group
  std::uint8_t noise_class = 0;  ///< see NegativeSampler::class_of()
};

/// A few successive windows as one kernels::SGNSGroup: the rows of their words against the rows of
/// their contexts and of negatives that they share. Windows that follow each other have most words
/// in common, so that a group of two moves eight words' rows once rather than twelve times.
class WindowGroup {
 public:
  /// \param most_windows  that build() is given at once
  /// \param collision     of the samplers that it is given
  WindowGroup(std::size_t most_windows, NegativeDraw draw, Collision collision,
              std::size_t dimension)
      : draw_(draw), columns_(kernels::whole_columns(dimension)) {
    // Each window's context, and negatives, of which each window may redraw any.
    const std::size_t redraws = collision == Collision::redraw ? most_windows * draw.count : 0;
    const std::size_t outputs = most_windows + draw.count + redraws;
    attraction_ = AlignedMatrix(most_windows, outputs);
    weight_ = AlignedMatrix(most_windows, outputs);
    expected_.resize(weight_.stride(), 0.0F);
    outputs_.resize(outputs);
    output_ids_.resize(outputs);
    negatives_.resize(draw.count);
  }

  /// Windows [windows.begin, windows.end) of the list.
  /// \param random  of this group alone
  /// \param fresh   first token whose row fetch_inputs() is to fetch
  void build(const WindowList& list, IndexRange windows, const NegativeSampler& sampler,
             RandomStream random, Factors& vectors, std::uint32_t fresh) {
    find_inputs(list, windows, vectors.words, fresh);
    begin_outputs(windows.size(), sampler, random, vectors.contexts);
    for (std::size_t i = windows.begin; i < windows.end; ++i)
      add_outputs(i - windows.begin, list.windows[i].context, sampler, random, vectors.contexts);
    finish();
  }

  /// Sets what is expected of the negatives, see kernels::SGNSGroup::expected.
  /// \param sigmas  of each class
  void expect(std::span<const float, NegativeSampler::class_count> sigmas) noexcept {
    std::fill(expected_.begin(), expected_.end(), 0.0F);
    for (const DrawnNegative& negative : negatives_)
      expected_[negative.output] += draw_.weight * sigmas[negative.noise_class];
  }

  /// \param baseline  where there is one, expect() must have been called since build()
  [[nodiscard]] kernels::SGNSGroup view(const kernels::SGNSBaseline& baseline = {}) const noexcept {
    return {.inputs = inputs_.data(),
            .input_count = inputs_.size(),
            .outputs = outputs_.data(),
            .output_count = output_count_,
            .columns = columns_,
            .membership = membership_.data(),
            .attraction = attraction_.row_data(0),
            .weight = weight_.row_data(0),
            .windows = windows_,
            .weight_stride = weight_.stride(),
            .expected = expected_.data(),
            .meetings = meetings_.data(),
            .all_meetings = static_cast<float>(all_meetings_),
            .baseline = baseline};
  }
  /// Begin to fetch the rows, to the second-level cache: to the first, or to be written, a
  /// processor has so few fetches under way that it would wait for them. Always inlined, as g++ may
  /// drop calls of what does nothing but fetch.
  IMPLICITMF_ALWAYS_INLINE void fetch_inputs() const noexcept {
    for (std::size_t i = cached_inputs_; i < inputs_.size(); ++i) prefetch(inputs_[i]);
  }
  IMPLICITMF_ALWAYS_INLINE void fetch_outputs() const noexcept {
    for (std::size_t j = 0; j < output_count_; ++j) prefetch(outputs_[j]);
  }
  [[nodiscard]] std::span<const DrawnNegative> negatives() const noexcept { return negatives_; }
  /// Room for the group's coefficients.
  [[nodiscard]] std::span<float> coefficients() noexcept { return coefficients_; }

 private:
  IMPLICITMF_ALWAYS_INLINE void prefetch(const float* row) const noexcept {
    for (std::size_t k = 0; k < columns_; k += AlignedMatrix::row_multiple)
      __builtin_prefetch(row + k, 0, 2);
  }

  /// The rows of the tokens that stand in some of the windows, and in which.
  void find_inputs(const WindowList& list, IndexRange windows, AlignedMatrix& words,
                   std::uint32_t fresh) {
    const std::size_t count = windows.size();
    const TrainingWindow* const window = list.windows.data() + windows.begin;
    std::uint32_t from = window[0].from;
    std::uint32_t to = window[0].to;
    for (std::size_t t = 1; t < count; ++t) {
      from = std::min(from, window[t].from);
      to = std::max(to, window[t].to);
    }
    inputs_.resize(to - from);
    membership_.resize((to - from) * count);
    meetings_.resize(to - from);
    std::size_t inputs = 0;
    cached_inputs_ = 0;
    all_meetings_ = 0;
    for (std::uint32_t at = from; at < to; ++at) {
      float* const member = membership_.data() + inputs * count;
      int meetings = 0;
      for (std::size_t t = 0; t < count; ++t) {
        // No && here: which way a branch on it goes, nothing could predict.
        const int in = static_cast<int>(at - window[t].from < window[t].to - window[t].from) &
                       static_cast<int>(at != window[t].self);
        member[t] = static_cast<float>(in);
        meetings += in;
      }
      if (meetings == 0 || list.tokens[at] == removed_token) continue;
      float* const row = words.row_data(list.tokens[at]);
      if (at < fresh) cached_inputs_ = inputs + 1;
      meetings_[inputs] = static_cast<float>(meetings);
      all_meetings_ += meetings;
      inputs_[inputs++] = row;
    }
    inputs_.resize(inputs);
  }

  void begin_outputs(std::size_t windows, const NegativeSampler& sampler, RandomStream& random,
                     AlignedMatrix& contexts) {
    windows_ = windows;
    output_count_ = 0;
    for (AlignedMatrix* const matrix : {&attraction_, &weight_})
      std::fill_n(matrix->row_data(0), windows * matrix->stride(), 0.0F);
    for (DrawnNegative& negative : negatives_) negative.id = sampler.draw(random);
    for (DrawnNegative& negative : negatives_) {
      negative.output = output_of(negative.id, contexts);
      negative.noise_class = sampler.class_of(negative.id);
    }
  }

  /// The context and the negatives of window t; those that are one row add up.
  void add_outputs(std::size_t t, WordId context, const NegativeSampler& sampler,
                   RandomStream& random, AlignedMatrix& contexts) {
    const std::size_t j = output_of(context, contexts);
    attraction_(t, j) += 1.0F;
    weight_(t, j) += 1.0F;
    for (const DrawnNegative& drawn : negatives_) {
      WordId negative = drawn.id;
      if (!sampler.settle(context, negative, random)) continue;
      const std::size_t of = negative == drawn.id ? drawn.output : output_of(negative, contexts);
      weight_(t, of) += draw_.weight;
    }
  }

  std::uint32_t output_of(WordId id, AlignedMatrix& contexts) {
    std::uint32_t j = 0;
    while (j < output_count_ && output_ids_[j] != id) ++j;
    if (j == output_count_) {
      output_ids_[j] = id;
      outputs_[j] = contexts.row_data(id);
      ++output_count_;
    }
    return j;
  }

  // Zeros in what is new: kernels read whole registers.
  void finish() { coefficients_.resize(inputs_.size() * weight_.stride(), 0.0F); }

  NegativeDraw draw_;
  std::size_t columns_;
  std::size_t windows_ = 0;
  Buffer<float*> inputs_;
  std::size_t cached_inputs_ = 0;
  Buffer<float> membership_;
  Buffer<float> meetings_;
  int all_meetings_ = 0;
  Buffer<float*> outputs_;
  Buffer<WordId> output_ids_;
  std::uint32_t output_count_ = 0;
  std::vector<DrawnNegative> negatives_;
  // Windows × outputs.
  AlignedMatrix attraction_;
  AlignedMatrix weight_;
  Buffer<float> expected_;
  Buffer<float> coefficients_;
};

}  // namespace implicitmf
