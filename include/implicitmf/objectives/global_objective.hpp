// SPDX-License-Identifier: MIT
/// \file
/// GlobalObjective: the SGNS objective over all pairs of a word and a context, and its gradient.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

#include <implicitmf/core/block_rounds.hpp>
#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>
#include <implicitmf/kernels/dot.hpp>
#include <implicitmf/kernels/panel_product.hpp>
#include <implicitmf/kernels/sgns_cells.hpp>
#include <implicitmf/objectives/sgns_objective.hpp>

namespace implicitmf {

/// L(W,C) = Σ_w Σ_c #(w,c) log σ(w·c) + k #(w) q(c) log σ(−w·c), over all V_W × V_C pairs, observed
/// or not (Levy & Goldberg, NIPS 2014, section 3). In nats, at most 0. Cells are never stored: they
/// are made and used up by tiles.
///
/// ```
/// const GlobalObjective objective{counts, SGNSObjective{counts, 5.0}};
/// const double deviation = objective.deviation(objective.value(model.words(), model.contexts()));
/// ```
///
/// A part of the rows and columns, the most frequent words and contexts, may stand for all: then
/// the sums, the optimum among them, are over that part; #(w), #(c) and q stay those of all.
///
/// \par Order  x = w·c and the gradient in single precision; the parts of up to 512 cells of a row
///             are summed in floats, and these sums in double, in an order that depends on the
///             shape and Arch alone: the same bits for any number of threads. Values are within
///             about 1e-7 of the exact ones, relative, so a deviation near 0 may come out below it.
/// \par Complexity  of a value V_W V_C d multiply-adds, with its gradient 3 V_W V_C d (half of it
///             where symmetric), and some thirty operations a cell. Threads share
///             min(rows(), cols()) / 256 stripes, 1 to 32.
/// \par Memory  8 bytes a word, 12 a context, 0.6 MB and 2 KB a dimension for each thread. The
///             counts are referred to, and must outlive it.
/// \par Thread safety  immutable once made.
template <class Arch = DefaultArch>
class GlobalObjective {
 public:
  /// \param words     so many rows of the counts, from the first; 0: all
  /// \param contexts  so many columns; 0: all
  /// \throws ConfigError  more words or contexts than there are
  /// \throws InputError   the objective is of other contexts or has no noise of one that is
  ///                      observed, or no pair is counted
  template <ContextDistribution Distribution>
  GlobalObjective(const CooccurrenceCounts& counts, const SGNSObjective<Distribution>& objective,
                  std::size_t words = 0, std::size_t contexts = 0)
      : cells_(counts.cells()),
        step_(1.0 / static_cast<double>(counts.unit())),
        negatives_(objective.negatives()) {
    const std::size_t rows = part_of(cells_.rows(), words, "words");
    const std::size_t cols = part_of(cells_.cols, contexts, "contexts");
    if (objective.contexts() != cells_.cols)
      throw InputError("objective: its noise is of " + std::to_string(objective.contexts()) +
                       " contexts, the counts have " + std::to_string(cells_.cols));
    for (std::size_t w = 0; w < rows; ++w)
      word_counts_.push_back(step_ * static_cast<double>(counts.word_sums()[w]));
    for (std::size_t c = 0; c < cols; ++c) {
      noise_.push_back(objective.noise(static_cast<WordId>(c)));
      single_noise_.push_back(static_cast<float>(noise_.back()));
    }
    sum_optimum();
    if (total_ == 0.0) throw InputError("objective: the counts have no pair");
    symmetric_ = finds_symmetry(counts);
  }
  template <ContextDistribution Distribution>
  GlobalObjective(const CooccurrenceCounts&&, const SGNSObjective<Distribution>&, std::size_t = 0,
                  std::size_t = 0) = delete;  // the counts must outlive it

  [[nodiscard]] std::size_t rows() const noexcept { return word_counts_.size(); }
  [[nodiscard]] std::size_t cols() const noexcept { return noise_.size(); }
  /// Pairs that were observed.
  [[nodiscard]] std::uint64_t observed() const noexcept { return observed_; }
  /// k.
  [[nodiscard]] double negatives() const noexcept { return negatives_; }
  /// #(w) of each word.
  [[nodiscard]] const std::vector<double>& word_counts() const noexcept { return word_counts_; }
  /// q(c) of each context.
  [[nodiscard]] const std::vector<double>& noise() const noexcept { return noise_; }
  /// |D|, the sum of #(w,c).
  [[nodiscard]] double total() const noexcept { return total_; }
  /// k Σ #(w) q(c), the expected negatives of all pairs.
  [[nodiscard]] double noise_total() const noexcept {
    const auto sum = [](const std::vector<double>& v) {
      return std::accumulate(v.begin(), v.end(), 0.0);
    };
    return negatives_ * sum(word_counts_) * sum(noise_);
  }
  /// L at w·c = PMI(w,c) − log k on observed pairs and −∞ on the others: no vectors reach more.
  [[nodiscard]] double optimum() const noexcept { return optimum_; }
  /// (L − L_opt) / L_opt, at least 0 but for rounding: the paper's deviation from the optimum
  /// (section 5.1), but exact and over all pairs.
  [[nodiscard]] double deviation(double value) const noexcept {
    return (value - optimum_) / optimum_;
  }
  /// Whether the part of (w,c) equals that of (c,w): counts of a symmetric window in one
  /// vocabulary, and q the empirical distribution.
  [[nodiscard]] bool is_symmetric() const noexcept { return symmetric_; }
  /// The part of one pair.
  [[nodiscard]] PairObjective pair(WordId word, WordId context) const noexcept {
    return {step_ * static_cast<double>(cells_.at(word, context)),
            negatives_ * word_counts_[word] * noise_[context]};
  }
  /// Calls visit(w, c, #(w,c)) for each observed pair of a row, by rising c.
  template <class Visit>
  void for_each_observed(std::size_t row, Visit&& visit) const {
    for (std::uint64_t i = cells_.offsets[row]; i < cells_.offsets[row + 1]; ++i) {
      if (cells_.columns[i] >= cols()) return;
      visit(cells_.columns[i], step_ * static_cast<double>(cells_.values[i]));
    }
  }

  /// \throws InputError  words are not rows() × d and contexts cols() × d
  void require_shape(const AlignedMatrix& words, const AlignedMatrix& contexts) const {
    if (words.rows() == rows() && contexts.rows() == cols() && words.cols() == contexts.cols())
      return;
    const auto shape = [](const AlignedMatrix& m) {
      return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
    };
    throw InputError("objective: words of " + shape(words) + " and contexts of " + shape(contexts) +
                     " do not fit " + std::to_string(rows()) + " x " + std::to_string(cols()) +
                     " cells");
  }

  /// L; NaN where a vector has one.
  /// \param words  rows() × d; \param contexts cols() × d
  /// \throws InputError  another shape
  [[nodiscard]] double value(const AlignedMatrix& words, const AlignedMatrix& contexts,
                             ThreadTeam& team) const {
    require_shape(words, contexts);
    return -sweep(square_rounds(stripes()), {words, contexts, contexts, words, nullptr, nullptr},
                  team);
  }
  /// \param threads  0: one for each processor
  [[nodiscard]] double value(const AlignedMatrix& words, const AlignedMatrix& contexts,
                             std::size_t threads = 0) const {
    ThreadTeam team(threads);
    return value(words, contexts, team);
  }

  /// The part of L that belongs to observed pairs, exactly: of vocabularies whose square is out of
  /// reach it tells how near w·c is to PMI − log k where something was observed, and nothing of the
  /// other pairs. At most optimum(), but for rounding, and at least L.
  /// \param words  rows() × d; \param contexts cols() × d
  /// \par Complexity  O(observed() d); the same bits for any number of threads
  /// \throws InputError  another shape
  [[nodiscard]] double observed_value(const AlignedMatrix& words, const AlignedMatrix& contexts,
                                      ThreadTeam& team) const {
    require_shape(words, contexts);
    constexpr std::size_t chunk = 64;
    std::vector<double> parts((rows() + chunk - 1) / chunk);
    team.for_each(parts.size(), [&](std::size_t i) {
      for (std::size_t w = i * chunk; w < std::min(rows(), (i + 1) * chunk); ++w) {
        const double of_word = negatives_ * word_counts_[w];
        for_each_observed(w, [&](WordId c, double count) {
          const float x =
              kernels::dot<Arch>(words.row_data(w), contexts.row_data(c), words.stride());
          parts[i] += PairObjective{count, of_word * noise_[c]}.value(static_cast<double>(x));
        });
      }
    });
    return std::accumulate(parts.begin(), parts.end(), 0.0);
  }

  /// L and its gradient by W and by C.
  /// \param gradient_words, gradient_contexts  of the shapes of words and contexts; overwritten
  /// \throws InputError  another shape
  double value_and_gradient(const AlignedMatrix& words, const AlignedMatrix& contexts,
                            AlignedMatrix& gradient_words, AlignedMatrix& gradient_contexts,
                            ThreadTeam& team) const {
    require_shape(words, contexts);
    require_shape(gradient_words, contexts);
    require_shape(words, gradient_contexts);
    gradient_words.fill_zero();
    gradient_contexts.fill_zero();
    const double loss =
        sweep(square_rounds(stripes()),
              {words, contexts, contexts, words, &gradient_words, &gradient_contexts}, team);
    scale(gradient_words, -1.0F);
    scale(gradient_contexts, -1.0F);
    return -loss;
  }

  /// L at C = W S, for S = diag(±1), and its gradient by W, of a symmetric objective: each pair of
  /// a word and another once.
  /// \param signed_words  W S
  double symmetric_value_and_gradient(const AlignedMatrix& words, const AlignedMatrix& signed_words,
                                      AlignedMatrix& gradient, ThreadTeam& team) const {
    if (!symmetric_) throw InputError("objective: it is not symmetric");
    require_shape(words, signed_words);
    require_shape(gradient, signed_words);
    gradient.fill_zero();
    const double loss =
        sweep(triangle_rounds(stripes()),
              {words, signed_words, signed_words, signed_words, &gradient, &gradient, true}, team);
    scale(gradient, -2.0F);
    return -loss;
  }

 private:
  static constexpr std::size_t tile_rows = 128;
  static constexpr std::size_t tile_columns = 512;

  /// x = left · rightᵀ; with G the derivative by x, left_gradient += G · left_source and
  /// right_gradient += Gᵀ · right_source, where they are asked for.
  struct Operands {
    const AlignedMatrix& left;
    const AlignedMatrix& right;
    const AlignedMatrix& left_source;
    const AlignedMatrix& right_source;
    AlignedMatrix* left_gradient;
    AlignedMatrix* right_gradient;
    bool triangle = false;  ///< blocks off the diagonal stand for their mirror images too
  };

  /// What a thread works with.
  struct Scratch {
    explicit Scratch(std::size_t dimension)
        : transposed(dimension, tile_columns), x(tile_rows, tile_columns), row(3, tile_columns) {}
    AlignedMatrix transposed;          ///< of a tile's columns
    AlignedMatrix x;                   ///< the tile: w·c, then the derivative
    AlignedMatrix row;                 ///< noise of the columns; w·c and counts of observed cells
    std::vector<std::uint64_t> cells;  ///< of each row, the first in the tile or beyond
  };

  static std::size_t part_of(std::size_t all, std::size_t part, const char* name) {
    if (part > all)
      throw ConfigError(name,
                        "the counts have " + std::to_string(all) + ", not " + std::to_string(part));
    return part == 0 ? all : part;
  }

  void sum_optimum() {
    for (std::size_t w = 0; w < rows(); ++w) {
      double of_row = 0.0;
      for_each_observed(w, [&](WordId c, double count) {
        if (noise_[c] == 0.0)
          throw InputError("objective: context " + std::to_string(c) +
                           " is observed, but has no noise");
        const PairObjective cell{count, negatives_ * word_counts_[w] * noise_[c]};
        total_ += count;
        ++observed_;
        of_row += cell.value(cell.optimum());
      });
      optimum_ += of_row;
    }
  }

  [[nodiscard]] bool finds_symmetry(const CooccurrenceCounts& counts) const {
    if (rows() != cols() || counts.words().size() != counts.contexts().size()) return false;
    const double all = static_cast<double>(counts.total()) * step_;
    for (std::size_t i = 0; i < rows(); ++i)
      if (std::abs(noise_[i] * all - word_counts_[i]) > 1e-9 * word_counts_[i]) return false;
    return implicitmf::is_symmetric(cells_);
  }

  /// Enough for some threads, and few enough that a stripe fills its tiles.
  [[nodiscard]] std::size_t stripes() const noexcept {
    return std::clamp<std::size_t>(std::min(rows(), cols()) / 256, 1, 32);
  }

  /// −L.
  [[nodiscard]] double sweep(const BlockRounds& rounds, const Operands& m, ThreadTeam& team) const {
    std::vector<Scratch> scratch;
    for (std::size_t i = 0; i < team.size(); ++i) scratch.emplace_back(m.left.cols());
    double sum = 0.0;
    for (const std::vector<BlockPlace>& round : rounds) {
      std::vector<double> parts(round.size());
      team.for_each_on_thread(round.size(), [&](std::size_t i, std::size_t thread) {
        parts[i] = add_block(round[i], m, scratch[thread]);
      });
      for (std::size_t i = 0; i < round.size(); ++i)
        sum += m.triangle && round[i].rows != round[i].columns ? 2.0 * parts[i] : parts[i];
    }
    return sum;
  }

  double add_block(BlockPlace place, const Operands& m, Scratch& s) const {
    const IndexRange in_rows = partition(rows(), stripes(), place.rows);
    const IndexRange in_columns = partition(cols(), stripes(), place.columns);
    const bool on_diagonal = m.triangle && place.rows == place.columns;
    s.cells.clear();
    for (std::size_t w = in_rows.begin; w < in_rows.end; ++w) {
      const auto columns = cells_.row_columns(w);
      const auto first = std::lower_bound(columns.begin(), columns.end(), in_columns.begin);
      s.cells.push_back(cells_.offsets[w] + static_cast<std::uint64_t>(first - columns.begin()));
    }
    double sum = 0.0;
    for (std::size_t c = in_columns.begin; c < in_columns.end; c += tile_columns) {
      const IndexRange columns{c, std::min(c + tile_columns, in_columns.end)};
      take_columns(columns, m.right, s);
      for (std::size_t w = in_rows.begin; w < in_rows.end; w += tile_rows) {
        const IndexRange tile{w, std::min(w + tile_rows, in_rows.end)};
        sum += add_tile(tile, columns, s.cells.data() + (w - in_rows.begin), m, s);
        if (m.right_gradient != nullptr && !on_diagonal) add_to_columns(tile, columns, m, s);
      }
    }
    return sum;
  }

  /// Columns of a tile as rows of dimensions, and their noise; zeros behind them.
  void take_columns(IndexRange columns, const AlignedMatrix& right, Scratch& s) const {
    const std::size_t width = AlignedMatrix::padded(columns.size());
    for (std::size_t j = 0; j < width; j += AlignedMatrix::row_multiple)
      for (std::size_t k = 0; k < right.cols(); ++k)
        for (std::size_t i = j; i < j + AlignedMatrix::row_multiple; ++i)
          s.transposed(k, i) = i < columns.size() ? right(columns.begin + i, k) : 0.0F;
    float* const q = s.row.row_data(0);
    std::fill_n(q, width, 0.0F);
    std::copy_n(single_noise_.data() + columns.begin, columns.size(), q);
  }

  double add_tile(IndexRange tile, IndexRange columns, std::uint64_t* cells, const Operands& m,
                  Scratch& s) const {
    const std::size_t width = AlignedMatrix::padded(columns.size());
    for (std::size_t i = 0; i < tile.size(); ++i) std::fill_n(s.x.row_data(i), width, 0.0F);
    kernels::add_product<Arch>(tile.size(), m.left.row_data(tile.begin), m.left.stride(),
                               m.left.cols(), s.transposed.row_data(0), s.transposed.stride(),
                               s.x.row_data(0), s.x.stride(), width);
    double sum = 0.0;
    for (std::size_t i = 0; i < tile.size(); ++i)
      sum += derive_row(tile.begin + i, columns, cells[i], s.x.row_data(i), s);
    if (m.left_gradient != nullptr)
      kernels::add_product<Arch>(tile.size(), s.x.row_data(0), s.x.stride(), columns.size(),
                                 m.left_source.row_data(columns.begin), m.left_source.stride(),
                                 m.left_gradient->row_data(tile.begin), m.left_gradient->stride(),
                                 m.left.stride());
    return sum;
  }

  void add_to_columns(IndexRange tile, IndexRange columns, const Operands& m, Scratch& s) const {
    kernels::add_transposed_product<Arch>(
        tile.size(), s.x.row_data(0), s.x.stride(), columns.size(),
        m.right_source.row_data(tile.begin), m.right_source.stride(), m.right.stride(),
        m.right_gradient->row_data(columns.begin), m.right_gradient->stride());
  }

  /// x ← the derivative of −L by it, for a row of a tile. Returns the row's part of −L.
  double derive_row(std::size_t w, IndexRange columns, std::uint64_t& cell, float* x,
                    Scratch& s) const {
    const std::uint64_t first = cell;
    float* const observed = s.row.row_data(1);
    float* const counts = s.row.row_data(2);
    std::size_t n = 0;
    for (; cell < cells_.offsets[w + 1] && cells_.columns[cell] < columns.end; ++cell, ++n) {
      observed[n] = x[cells_.columns[cell] - columns.begin];
      counts[n] = static_cast<float>(step_ * static_cast<double>(cells_.values[cell]));
    }
    const double rate = negatives_ * word_counts_[w];
    double sum = rate * kernels::noise_cells<Arch>(AlignedMatrix::padded(columns.size()), x,
                                                   static_cast<float>(rate), s.row.row_data(0));
    if (n == 0) return sum;
    const std::size_t padded = AlignedMatrix::padded(n);
    std::fill(observed + n, observed + padded, 0.0F);
    std::fill(counts + n, counts + padded, 0.0F);
    sum += kernels::observed_cells<Arch>(padded, observed, counts);
    for (std::size_t i = 0; i < n; ++i) x[cells_.columns[first + i] - columns.begin] += observed[i];
    return sum;
  }

  static void scale(AlignedMatrix& m, float factor) {
    for (std::size_t r = 0; r < m.rows(); ++r)
      for (float& x : m.row(r)) x *= factor;
  }

  const Csr<Count>& cells_;
  double step_;
  double negatives_;
  std::vector<double> word_counts_;
  std::vector<double> noise_;
  std::vector<float> single_noise_;
  double total_ = 0.0;
  std::uint64_t observed_ = 0;
  double optimum_ = 0.0;
  bool symmetric_ = false;
};

}  // namespace implicitmf
