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
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/kernels/simd.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>
#include <implicitmf/solvers/factors.hpp>
#include <implicitmf/solvers/negative_baseline.hpp>
#include <implicitmf/solvers/sgns_step.hpp>
#include <implicitmf/solvers/window_group.hpp>
#include <implicitmf/solvers/window_list.hpp>

namespace implicitmf::detail {

/// The columns of vectors in 1, 2, 4 or 8 blocks: dot products are summed block by block, and
/// blocks pair by pair, so that they are the same whether a thread has one block, two, or all.
class ColumnBlocks {
 public:
  /// Blocks of at least 48 floats, as a block costs a reduction to one number for each product, but
  /// two of any two panels; at most 8.
  explicit ColumnBlocks(std::size_t dimension) noexcept
      : columns_(kernels::whole_columns(dimension)),
        panels_(AlignedMatrix::padded(dimension) / kernels::panel_width),
        count_(std::clamp<std::size_t>(std::bit_floor(panels_ / 3),
                                       std::min<std::size_t>(2, panels_), 8)) {}

  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  /// The columns of some successive blocks.
  [[nodiscard]] IndexRange columns(IndexRange blocks) const noexcept {
    const std::size_t begin = partition(panels_, count_, blocks.begin).begin;
    const std::size_t end = partition(panels_, count_, blocks.end - 1).end;
    return {begin * kernels::panel_width, std::min(end * kernels::panel_width, columns_)};
  }

 private:
  std::size_t columns_;
  std::size_t panels_;
  std::size_t count_;
};

/// Adds `count` arrays of `size` floats, which stand behind each other, to the first: pairs, then
/// pairs of these. `count` is a power of two.
inline void add_by_pairs(float* arrays, std::size_t count, std::size_t size) noexcept {
  for (std::size_t apart = 1; apart < count; apart *= 2)
    for (std::size_t i = 0; i < count; i += 2 * apart) {
      float* const sum = arrays + i * size;
      const float* const other = sum + apart * size;
      for (std::size_t k = 0; k < size; ++k) sum[k] += other[k];
    }
}

/// A thread's columns of W and C, and what it does with them for a batch of groups: add_dots(), and
/// when every member is done with that, move(). It may be a batch ahead with add_dots(), so that it
/// seldom waits. What goes between members is no more than the parts of dot products. The columns
/// lie in matrices of their own: in those of all, processors that fetch ahead of one thread take
/// the next thread's lines away.
template <SGNSStep Step>
class SGNSMember {
 public:
  /// \param blocks  its columns, of ColumnBlocks(dimension): as many as the other members have
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
    for (Batch& batch : batches_)
      for (std::size_t i = 0; i < groups; ++i)
        batch.groups.push_back(WindowGroup(most_windows, draw, collision, columns_.size()));
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

  /// Batches that add_dots() and move() have done.
  [[nodiscard]] std::size_t added() const noexcept { return added_; }
  [[nodiscard]] std::size_t moved() const noexcept { return moved_; }

  /// Finds what its columns add to the dot products of a batch. At most one other may wait for
  /// move().
  /// \param negatives  negatives(i): the random stream of the group whose windows begin at i
  template <class Negatives>
  void add_dots(const WindowList& list, IndexRange range, const NegativeSampler& sampler,
                const Negatives& negatives) {
    Batch& batch = batches_[added_ % batches_.size()];
    batch.size = range.size();
    batch.products = 0;
    for (std::size_t i = 0; i < batch.size; ++i) {
      WindowGroup& group = batch.groups[i];
      const IndexRange windows = list.group_windows(range.begin + i);
      group.build(list, windows, sampler, negatives(windows.begin), vectors_, 0);
      group.fetch_outputs();
      group.fetch_inputs();
      batch.products += products_of(group.view());
    }
    Buffer<float>& parts = parts_[added_ % parts_.size()];
    // Some more, as processors that read one batch's parts fetch ahead into what lies behind.
    grow(parts, batch.products + 512);
    float* part = parts.data();
    for (std::size_t i = 0; i < batch.size; ++i) {
      add_part(batch.groups[i], part);
      part += products_of(batch.groups[i].view());
    }
    ++added_;
  }

  /// Begins to fetch what another member, who is done with it, found for the next batch to move. No
  /// more than is there: a member that failed may have found less, and where no batch waits here
  /// the size is that of an earlier one. Always inlined, see WindowGroup::fetch_inputs().
  IMPLICITMF_ALWAYS_INLINE void fetch_part(const SGNSMember& of) const noexcept {
    const Buffer<float>& part = of.parts_[moved_ % parts_.size()];
    const std::size_t size = std::min(part.size(), batches_[moved_ % batches_.size()].products);
    for (std::size_t k = 0; k < size; k += buffer_alignment / sizeof(float))
      __builtin_prefetch(part.data() + k);
  }

  /// Moves its columns by the dot products that all members found for the first batch that waits.
  void move(std::span<const SGNSMember> members, float rate) {
    Batch& batch = batches_[moved_ % batches_.size()];
    const std::span groups = std::span(batch.groups).first(batch.size);
    const kernels::SGNSBaseline baseline = means_.baseline();
    std::size_t before = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      if (means_.wanted()) groups[i].expect(means_.sigmas());
      const kernels::SGNSGroup group = groups[i].view(baseline);
      float* const g = groups[i].coefficients().data();
      gather_products(members, group, before, g);
      before += products_of(group);
      if (i % NegativeBaseline::every == 0) means_.follow(group, groups[i].negatives(), g);
      worker_.coefficients(group, rate, g);
    }
    for (WindowGroup& group : groups)
      worker_.move(group.view(baseline), group.coefficients().data(), rate);
    ++moved_;
  }

  [[nodiscard]] bool finite() const noexcept { return worker_.finite(); }

 private:
  struct Batch {
    std::vector<WindowGroup> groups;
    std::size_t size = 0;      // those that are in use
    std::size_t products = 0;  // of an input and an output, in all of them
  };

  [[nodiscard]] static std::size_t products_of(const kernels::SGNSGroup& group) noexcept {
    return group.input_count * group.output_count;
  }
  /// Room for so many floats and a panel; zeros in what is new.
  static void grow(Buffer<float>& floats, std::size_t size) {
    size += kernels::panel_width;
    if (floats.size() < size) floats.resize(size, 0.0F);
  }

  /// Its part of a group's products, without gaps. Whole panels are copied, later rows over what is
  /// too much of earlier ones, as there is less to predict.
  void add_part(WindowGroup& group, float* part) {
    const kernels::SGNSGroup view = group.view();
    const std::size_t size = group.coefficients().size();
    grow(sums_, own_.size() * size);
    for (std::size_t i = 0; i < own_.size(); ++i) {
      const auto [begin, end] = blocks_.columns({own_.begin + i, own_.begin + i + 1});
      worker_.dots(view, begin - columns_.begin, end - columns_.begin, sums_.data() + i * size);
    }
    add_by_pairs(sums_.data(), own_.size(), size);
    for (std::size_t i = 0; i < view.input_count; ++i)
      for (std::size_t j = 0; j < view.output_count; j += kernels::panel_width)
        std::copy_n(sums_.data() + i * view.weight_stride + j, kernels::panel_width,
                    part + i * view.output_count + j);
  }

  /// The products of a group, with so many before them in its batch, from all members' parts.
  void gather_products(std::span<const SGNSMember> members, const kernels::SGNSGroup& group,
                       std::size_t before, float* g) {
    const std::size_t size = products_of(group);
    grow(sums_, members.size() * size);
    for (std::size_t m = 0; m < members.size(); ++m)
      std::copy_n(members[m].parts_[moved_ % parts_.size()].data() + before, size,
                  sums_.data() + m * size);
    add_by_pairs(sums_.data(), members.size(), size);
    for (std::size_t i = 0; i < group.input_count; ++i)
      for (std::size_t j = 0; j < group.output_count; j += kernels::panel_width)
        std::copy_n(sums_.data() + i * group.output_count + j, kernels::panel_width,
                    g + i * group.weight_stride + j);
  }

  ColumnBlocks blocks_;
  IndexRange own_;
  IndexRange columns_;
  std::size_t row_floats_;
  Factors vectors_;
  // Of the last four batches: while it adds one, others may still move the third before that. What
  // others read lies two lines of the cache apart from what changes, as processors fetch pairs.
  alignas(128) std::array<Buffer<float>, 4> parts_;
  alignas(128) std::array<Batch, 2> batches_;
  std::size_t added_ = 0;
  std::size_t moved_ = 0;
  Buffer<float> sums_;
  NegativeBaseline means_;
  alignas(buffer_alignment) decltype(std::declval<const Step&>().worker()) worker_;
};

}  // namespace implicitmf::detail
