// SPDX-License-Identifier: MIT
/// \file
/// What StochasticFactorization steps over: the cells of a word in a stripe of contexts, and noise.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/objectives/alias_table.hpp>
#include <implicitmf/objectives/global_objective.hpp>

namespace implicitmf::detail {

/// The observed cells of each word by the stripe of their contexts: c is in stripe c mod P, so that
/// each stripe has its share of frequent ones.
struct StripedCells {
  std::size_t stripes;
  Buffer<std::uint64_t> begins;  ///< of word w and stripe q at w · stripes + q, and the end
  Buffer<WordId> contexts;
  Buffer<float> counts;

  /// \param objective  rows(), observed(), for_each_observed()
  template <class Objective>
  StripedCells(const Objective& objective, std::size_t count) : stripes(count) {
    begins.reserve(objective.rows() * stripes + 1);
    contexts.resize(objective.observed());
    counts.resize(objective.observed());
    std::vector<std::uint64_t> at(stripes + 1);
    std::uint64_t first = 0;
    for (std::size_t w = 0; w < objective.rows(); ++w) {
      std::fill(at.begin(), at.end(), 0);
      objective.for_each_observed(w, [&](WordId c, double) { ++at[c % stripes + 1]; });
      at[0] = first;
      for (std::size_t q = 0; q < stripes; ++q) at[q + 1] += at[q];
      begins.insert(begins.end(), at.begin(), at.end() - 1);
      first = at[stripes];
      objective.for_each_observed(w, [&](WordId c, double n) {
        const std::uint64_t to = at[c % stripes]++;
        contexts[to] = c;
        counts[to] = static_cast<float>(n);
      });
    }
    begins.push_back(first);
  }
};

/// The noise of a stripe of contexts: those of its head by name, those of its tail by a sampler.
struct StripeNoise {
  std::vector<WordId> head;
  std::vector<float> head_noise;  ///< q(c)
  double tail_noise = 0.0;        ///< Σ q(c)
  std::optional<AliasTable> tail;

  StripeNoise(const std::vector<double>& noise, std::size_t stripe, std::size_t stripes,
              std::size_t head_size) {
    std::vector<double> in_tail;
    for (std::size_t c = stripe; c < noise.size(); c += stripes) {
      const bool in_head = head.size() < head_size;
      if (in_head) {
        head.push_back(static_cast<WordId>(c));
        head_noise.push_back(static_cast<float>(noise[c]));
      }
      in_tail.push_back(in_head ? 0.0 : noise[c]);
      tail_noise += in_tail.back();
    }
    if (tail_noise > 0.0) tail.emplace(in_tail);
  }
};

/// A word with some of its contexts: an SGNSGroup of one input, put together.
class CellGroup {
 public:
  /// \param places  contexts of a stripe
  CellGroup(std::size_t places, std::size_t stripes) : stripes_(stripes), place_(places, none) {}

  void begin(float* word) noexcept {
    for (const WordId c : ids_) place_[c / stripes_] = none;
    ids_.clear();
    outputs_.clear();
    attraction_.clear();
    weight_.clear();
    word_ = word;
  }
  /// Adds examples of a context: attraction of label 1, weight of either.
  void add(WordId context, AlignedMatrix& contexts, float attraction, float weight) {
    std::uint32_t& place = place_[context / stripes_];
    if (place == none) {
      place = static_cast<std::uint32_t>(ids_.size());
      ids_.push_back(context);
      outputs_.push_back(contexts.row_data(context));
      attraction_.push_back(0.0F);
      weight_.push_back(0.0F);
    }
    attraction_[place] += attraction;
    weight_[place] += weight;
  }
  [[nodiscard]] kernels::SGNSGroup view(std::size_t columns) {
    const std::size_t padded = AlignedMatrix::padded(ids_.size());
    attraction_.resize(padded, 0.0F);
    weight_.resize(padded, 0.0F);
    coefficients_.resize(padded, 0.0F);
    return {.inputs = &word_,
            .input_count = 1,
            .outputs = outputs_.data(),
            .output_count = ids_.size(),
            .columns = columns,
            .membership = &member_,
            .attraction = attraction_.data(),
            .weight = weight_.data(),
            .windows = 1,
            .weight_stride = padded};
  }
  [[nodiscard]] float* coefficients() noexcept { return coefficients_.data(); }

 private:
  static constexpr std::uint32_t none = 0xFFFF'FFFFU;
  std::size_t stripes_;
  std::vector<std::uint32_t> place_;
  Buffer<WordId> ids_;
  Buffer<float*> outputs_;
  Buffer<float> attraction_;
  Buffer<float> weight_;
  Buffer<float> coefficients_;
  float* word_ = nullptr;
  float member_ = 1.0F;
};

}  // namespace implicitmf::detail
