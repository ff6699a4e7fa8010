// SPDX-License-Identifier: MIT
/// \file
/// detail::SGNSMember: one of several threads that train the same vectors in step, each with
/// columns of its own.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/negative_baseline.hpp>
#include <implicitmf/solvers/sgns_step.hpp>
#include <implicitmf/solvers/training_windows.hpp>
#include <implicitmf/solvers/window_group.hpp>

namespace implicitmf::detail {

/// The columns of vectors in a few blocks: dot products are summed block by block, so that they
/// don't depend on who sums a block.
class ColumnBlocks {
 public:
  /// Blocks of at least 48 floats, as a block costs a reduction to one number for each product, but
  /// two of any two panels; at most 8.
  explicit ColumnBlocks(std::size_t dimension) noexcept
      : panels_(AlignedMatrix::padded(dimension) / kernels::panel_width),
        count_(std::clamp<std::size_t>(std::bit_floor(panels_ / 3),
                                       std::min<std::size_t>(2, panels_), 8)) {}

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// The columns of some successive blocks.
  [[nodiscard]] IndexRange columns(IndexRange blocks) const noexcept {
    return {partition(panels_, count_, blocks.begin).begin * kernels::panel_width,
            partition(panels_, count_, blocks.end - 1).end * kernels::panel_width};
  }

 private:
  std::size_t panels_;
  std::size_t count_;
};

/// A thread's columns of W and C, and what it does with them for a batch of groups: add_dots(), and
/// when every member is done with that, move(). What goes between members is no more than the parts
/// of dot products. The columns lie in matrices of their own: in those of all, processors that
/// fetch ahead of one thread take the next thread's lines away.
template <SGNSStep Step>
class SGNSMember {
 public:
  /// \param blocks  its columns, of ColumnBlocks(dimension)
  /// \param groups  most of a batch; most_windows, draw, collision: as WindowGroup has them
  /// \param largest_sigma  of its NegativeBaseline
  SGNSMember(const Step& step, std::size_t dimension, IndexRange blocks, std::size_t groups,
             std::size_t most_windows, NegativeDraw draw, Collision collision, float largest_sigma)
      : blocks_(dimension),
        own_(blocks),
        columns_(blocks_.columns(blocks)),
        row_floats_(step.row_floats(columns_.size())),
        means_(columns_.size(), largest_sigma),
        worker_(step.worker()) {
    for (std::size_t i = 0; i < groups; ++i)
      groups_.push_back(WindowGroup(most_windows, draw, collision, columns_.size()));
  }

  /// Copies its columns of the vectors, to train them; the step's state begins as zeros.
  void take(const Factors& whole) {
    const auto take = [this](const AlignedMatrix& from) {
      AlignedMatrix to = AlignedMatrix::on_huge_pages(from.rows(), row_floats_);
      for (std::size_t r = 0; r < from.rows(); ++r)
        std::copy_n(from.row_data(r) + columns_.begin, columns_.size(), to.row_data(r));
      return to;
    };
    vectors_ = {take(whole.words), take(whole.contexts)};
  }
  /// Copies them back.
  void give(Factors& whole) const {
    const auto give = [this](const AlignedMatrix& from, AlignedMatrix& to) {
      for (std::size_t r = 0; r < from.rows(); ++r)
        std::copy_n(from.row_data(r), columns_.size(), to.row_data(r) + columns_.begin);
    };
    give(vectors_.words, whole.words);
    give(vectors_.contexts, whole.contexts);
  }

  /// Finds what its columns add to the dot products of a batch.
  /// \param negatives  negatives(i): the random stream of the group whose windows begin at i
  template <class Negatives>
  void add_dots(const WindowList& list, IndexRange batch, const NegativeSampler& sampler,
                const Negatives& negatives) {
    groups_now_ = batch.size();
    std::size_t products = 0;
    for (std::size_t i = 0; i < groups_now_; ++i) {
      const IndexRange windows = list.group_windows(batch.begin + i);
      groups_[i].build(list, windows, sampler, negatives(windows.begin), vectors_, 0);
      groups_[i].fetch_outputs();
      groups_[i].fetch_inputs();
      products += groups_[i].coefficients().size();
    }
    // The others may still read the parts of the batch before.
    turn_ = 1 - turn_;
    parts_[turn_].resize(products * own_.size(), 0.0F);
    float* part = parts_[turn_].data();
    for (std::size_t i = 0; i < groups_now_; ++i)
      for (std::size_t block = own_.begin; block < own_.end; ++block) {
        const auto [begin, end] = blocks_.columns({block, block + 1});
        worker_.dots(groups_[i].view(), begin - columns_.begin, end - columns_.begin, part);
        part += groups_[i].coefficients().size();
      }
  }

  /// Moves its columns by the dot products that all members found, in the order of their columns.
  void move(std::span<const SGNSMember> members, float rate) {
    const kernels::SGNSBaseline baseline = means_.baseline();
    std::size_t products = 0;
    for (std::size_t i = 0; i < groups_now_; ++i) {
      const kernels::SGNSGroup group = groups_[i].view(baseline);
      const std::span<float> g = groups_[i].coefficients();
      std::fill(g.begin(), g.end(), 0.0F);
      for (const SGNSMember& member : members) member.add_parts(turn_, products, g);
      products += g.size();
      if (i % NegativeBaseline::every == 0) means_.follow(group, g.data());
      worker_.coefficients(group, rate, g.data());
    }
    for (WindowGroup& group : std::span(groups_).first(groups_now_))
      worker_.move(group.view(baseline), group.coefficients().data(), rate);
  }

  [[nodiscard]] bool finite() const noexcept { return worker_.finite(); }

 private:
  /// Adds what its blocks found for the group that has so many products before it, in the turn of
  /// the caller, as this member may be ahead.
  void add_parts(std::size_t turn, std::size_t before, std::span<float> sums) const noexcept {
    const float* part = parts_[turn].data() + before * own_.size();
    for (std::size_t block = 0; block < own_.size(); ++block)
      for (float& sum : sums) sum += *part++;
  }

  ColumnBlocks blocks_;
  IndexRange own_;
  IndexRange columns_;
  std::size_t row_floats_;
  Factors vectors_;
  std::vector<WindowGroup> groups_;
  std::size_t groups_now_ = 0;
  std::array<Buffer<float>, 2> parts_;  // of each group, for each block
  std::size_t turn_ = 0;
  NegativeBaseline means_;
  alignas(buffer_alignment) decltype(std::declval<const Step&>().worker()) worker_;
};

}  // namespace implicitmf::detail
