// SPDX-License-Identifier: MIT
/// \file
/// CooccurrenceCounter: exact word-context counts of a corpus, row by row.
#pragma once

#include <algorithm>
#include <atomic>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/csr.hpp>
#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/core/progress.hpp>
#include <implicitmf/core/types.hpp>
#include <implicitmf/corpus/encoded_corpus.hpp>
#include <implicitmf/counting/cooccurrence_counts.hpp>
#include <implicitmf/counting/window.hpp>

namespace implicitmf {

/// How counting runs; none of it changes the counts.
struct CounterOptions {
  std::size_t threads = 0;         ///< 0: one for each processor
  ProgressCallback progress = {};  ///< told tokens done
};

namespace detail {

/// The positions of each word in a stream, ascending: positions[begins[w] .. begins[w+1]).
template <std::unsigned_integral Position>
struct PositionIndex {
  Buffer<std::uint64_t> begins;
  Buffer<Position> positions;
};

/// Sorts positions by word: histograms of equal stretches of the stream, prefix sums over them in
/// the stream's order, then each stretch puts its own positions in place.
template <std::unsigned_integral Position>
PositionIndex<Position> index_positions(std::span<const WordId> stream, std::size_t vocabulary,
                                        ThreadTeam& team) {
  const std::size_t parts = team.size();
  std::vector<Buffer<std::uint64_t>> next(parts);
  team.for_each(parts, [&](std::size_t part) {
    next[part].assign(vocabulary, 0);
    const IndexRange range = partition(stream.size(), parts, part);
    for (std::size_t i = range.begin; i < range.end; ++i)
      if (stream[i] < vocabulary) ++next[part][stream[i]];
  });
  PositionIndex<Position> index;
  index.begins.resize(vocabulary + 1);
  std::uint64_t at = 0;
  for (std::size_t w = 0; w < vocabulary; ++w) {
    index.begins[w] = at;
    for (std::size_t part = 0; part < parts; ++part) at += std::exchange(next[part][w], at);
  }
  index.begins[vocabulary] = at;
  index.positions.resize(at);
  team.for_each(parts, [&](std::size_t part) {
    const IndexRange range = partition(stream.size(), parts, part);
    for (std::size_t i = range.begin; i < range.end; ++i)
      if (stream[i] < vocabulary)
        index.positions[next[part][stream[i]]++] = static_cast<Position>(i);
  });
  return index;
}

/// One row of counts: a dense array of sums, and the contexts met, in order of meeting.
template <std::unsigned_integral Sum>
class RowAccumulator {
 public:
  explicit RowAccumulator(std::size_t contexts) : sums_(contexts, Sum{0}), met_(contexts + 1) {}

  /// Adds the windows around the positions, each walked to both sides up to its sentence's borders.
  template <std::unsigned_integral Position>
  void add_windows(std::span<const WordId> stream, std::span<const Position> positions,
                   const WindowTable& table) noexcept {
    // The end of the list stays in a register: a member would be stored and loaded at each step.
    WordId* met_end = met_.data();
    const auto walk = [&met_end, contexts = sums_.size(), sums = sums_.data()](
                          const WordId* at, const std::vector<Count>& weights,
                          std::ptrdiff_t step) {
      for (const Count weight : weights) {
        at += step;
        const WordId context = *at;
        if (context >= contexts) {
          if (context == sentence_break) return;
          continue;
        }
        const Sum before = sums[context];
        sums[context] = static_cast<Sum>(before + weight);
        *met_end = context;  // kept only where this is the first time, without a branch
        met_end += static_cast<int>(before == 0) & static_cast<int>(weight != 0);
      }
    };
    constexpr std::size_t ahead = 12;
    for (std::size_t i = 0; i < positions.size(); ++i) {
      if (i + ahead < positions.size()) {
        const std::size_t soon = positions[i + ahead];  // its window often spans two cache lines
        __builtin_prefetch(stream.data() + (soon - std::min(soon, table.before.size())));
        __builtin_prefetch(stream.data() + std::min(soon + table.after.size(), stream.size() - 1));
      }
      walk(stream.data() + positions[i], table.before, -1);
      walk(stream.data() + positions[i], table.after, 1);
    }
    count_ = static_cast<std::size_t>(met_end - met_.data());
  }

  /// Appends the row, columns ascending, and clears it. `bits` is scratch of contexts/64 + 1 zeros.
  void emit(Buffer<WordId>& columns, Buffer<Count>& values, Buffer<std::uint64_t>& bits) {
    const std::size_t begin = columns.size();
    columns.resize(begin + count_);
    values.resize(begin + count_);
    WordId* column = columns.data() + begin;
    Count* value = values.data() + begin;
    const auto put = [&column, &value, sums = sums_.data()](WordId context) {
      *column++ = context;
      *value++ = std::exchange(sums[context], Sum{0});
    };
    if (count_ * std::bit_width(count_) < bits.size()) {
      std::sort(met_.data(), met_.data() + count_);
      std::for_each(met_.data(), met_.data() + count_, put);
    } else {
      for (std::size_t i = 0; i < count_; ++i)
        bits[met_[i] / 64] |= std::uint64_t{1} << (met_[i] % 64);
      for (std::size_t word = 0; word < bits.size(); ++word)
        for (std::uint64_t left = std::exchange(bits[word], 0); left != 0; left &= left - 1)
          put(static_cast<WordId>(64 * word + static_cast<std::size_t>(std::countr_zero(left))));
    }
    count_ = 0;
  }

 private:
  Buffer<Sum> sums_;
  Buffer<WordId> met_;
  std::size_t count_ = 0;
};

/// A run of rows with what they hold.
struct RowBlock {
  IndexRange rows;
  Buffer<std::uint64_t> ends;  ///< of each row, in columns
  Buffer<WordId> columns;
  Buffer<Count> values;

  void clear() noexcept {
    ends.clear();
    columns.clear();
    values.clear();
  }
};

/// What one thread counts with.
struct RowScratch {
  RowAccumulator<std::uint32_t> narrow;
  RowAccumulator<std::uint64_t> wide;
  Buffer<std::uint64_t> bits;
  explicit RowScratch(std::size_t contexts)
      : narrow(contexts), wide(contexts), bits(contexts / 64 + 1, 0) {}
};

/// Cuts rows to ranges of about equal numbers of positions, by the data alone.
inline std::vector<IndexRange> cut_rows(std::span<const std::uint64_t> begins) {
  const std::uint64_t aim = std::max<std::uint64_t>(begins.back() / 512, 4096);
  std::vector<IndexRange> ranges;
  for (std::size_t w = 0, first = 0; w + 1 < begins.size(); ++w)
    if (begins[w + 1] - begins[first] >= aim || w + 2 == begins.size()) {
      ranges.push_back({first, w + 1});
      first = w + 1;
    }
  return ranges;
}

/// Joins blocks of rows, counted in any order on any thread, to one matrix. A block is copied to
/// its place as soon as all before it are counted, and its memory is used again: fresh pages are
/// dear.
class BlockJoiner {
 public:
  /// \param most_cells  a bound that no sum of the blocks passes: pages beyond the cells stay
  ///                    untouched
  BlockJoiner(std::size_t rows, std::size_t blocks, std::uint64_t most_cells) : waiting_(blocks) {
    cells_.cols = rows;
    cells_.offsets.resize(rows + 1);
    cells_.offsets[0] = 0;
    cells_.columns.resize(most_cells);
    cells_.values.resize(most_cells);
  }

  /// An empty block, with used memory if there is any.
  [[nodiscard]] RowBlock take() {
    const std::lock_guard lock(mutex_);
    if (used_.empty()) return {};
    RowBlock block = std::move(used_.back());
    used_.pop_back();
    return block;
  }

  /// Hands in block b; copies it and those that waited for it, if none before them is missing.
  void give(std::size_t b, RowBlock block) {
    std::unique_lock lock(mutex_);
    waiting_[b] = std::move(block);
    while (next_ < waiting_.size() && waiting_[next_]) {
      RowBlock ready = *std::exchange(waiting_[next_++], std::nullopt);
      const std::uint64_t begin = std::exchange(end_, end_ + ready.columns.size());
      lock.unlock();
      copy(ready, begin);
      ready.clear();
      lock.lock();
      used_.push_back(std::move(ready));
    }
  }

  /// The matrix, once all blocks are in.
  [[nodiscard]] Csr<Count> finish() {
    cells_.columns.resize(end_);
    cells_.values.resize(end_);
    return std::move(cells_);
  }

 private:
  void copy(const RowBlock& block, std::uint64_t begin) {
    for (std::size_t r = 0; r < block.ends.size(); ++r)
      cells_.offsets[block.rows.begin + r + 1] = begin + block.ends[r];
    std::copy(block.columns.begin(), block.columns.end(), cells_.columns.data() + begin);
    std::copy(block.values.begin(), block.values.end(), cells_.values.data() + begin);
  }

  std::mutex mutex_;
  Csr<Count> cells_;
  std::vector<std::optional<RowBlock>> waiting_;
  std::vector<RowBlock> used_;
  std::size_t next_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace detail

/// Counts #(w,c): how often context c stands in the window of word w, by an inverted index. Each
/// row is summed in one dense array from the positions of its word, and is complete when written:
/// no hash table, no global sort, no merge. Sums are integers (see WindowTable), so the counts are
/// the same bytes for any number of threads.
///
/// ```
/// const auto counts = CooccurrenceCounter{DynamicWindow{.radius = 5}}.count(corpus);
/// ```
///
/// \par Complexity  O(tokens · window) time.
/// \par Memory  12 bytes a cell, 4 bytes a token (8 above 2^32 tokens) and 24 bytes a word for each
///      thread while it works.
/// \par Thread safety  count() may be called concurrently.
template <WindowPolicy Window = DynamicWindow>
class CooccurrenceCounter {
 public:
  explicit CooccurrenceCounter(Window window = {}, CounterOptions options = {})
      : window_(std::move(window)), options_(std::move(options)) {}

  /// \throws ConfigError the window is out of its range, or its sums could pass 2^63 steps
  /// \throws Stopped     the progress callback said so
  [[nodiscard]] CooccurrenceCounts count(const EncodedCorpus& corpus) const {
    const WindowTable table = window_.table();
    const Count tokens = corpus.statistics().tokens_kept;
    const Count most = std::numeric_limits<Count>::max() / 2;
    if (tokens != 0 && table.weight_sum() > most / tokens)
      throw ConfigError("radius", "the window's weights over this many tokens pass 2^63 steps");
    ThreadTeam team(options_.threads);
    auto cells = corpus.stream().size() <= std::numeric_limits<std::uint32_t>::max()
                     ? count_cells<std::uint32_t>(corpus, table, team)
                     : count_cells<std::uint64_t>(corpus, table, team);
    return CooccurrenceCounts(corpus.shared_vocabulary(), corpus.shared_vocabulary(),
                              std::move(cells), table.unit, table.description);
  }

 private:
  template <class Position>
  Csr<Count> count_cells(const EncodedCorpus& corpus, const WindowTable& table,
                         ThreadTeam& team) const {
    const std::size_t rows = corpus.vocabulary().size();
    const auto index = detail::index_positions<Position>(corpus.stream(), rows, team);
    const std::vector<IndexRange> ranges = detail::cut_rows(index.begins);
    std::vector<detail::RowScratch> scratch(team.size(), detail::RowScratch(rows));
    detail::BlockJoiner joiner(rows, ranges.size(), most_cells({0, rows}, index.begins, table));
    std::atomic<std::uint64_t> done{0};
    team.for_each_on_thread(ranges.size(), [&](std::size_t b, std::size_t thread) {
      detail::RowBlock block = joiner.take();
      block.rows = ranges[b];
      const std::uint64_t most = most_cells(block.rows, index.begins, table);
      block.columns.reserve(most);
      block.values.reserve(most);
      for (std::size_t w = block.rows.begin; w < block.rows.end; ++w)
        count_row(corpus.stream(), index, w, table, scratch[thread], block);
      joiner.give(b, std::move(block));
      done += index.begins[ranges[b].end] - index.begins[ranges[b].begin];
      if (thread == 0)
        report_or_throw(options_.progress,
                        {"counting", "tokens", done.load(), index.positions.size()});
    });
    return joiner.finish();
  }

  /// The most cells that rows can have: as many as their windows hold tokens, or all.
  static std::uint64_t most_cells(IndexRange rows, const Buffer<std::uint64_t>& begins,
                                  const WindowTable& table) {
    const std::uint64_t reach = table.before.size() + table.after.size();
    std::uint64_t most = 0;
    for (std::size_t w = rows.begin; w < rows.end; ++w)
      most += std::min<std::uint64_t>(begins.size() - 1, reach * (begins[w + 1] - begins[w]));
    return most;
  }

  template <class Position>
  static void count_row(std::span<const WordId> stream,
                        const detail::PositionIndex<Position>& index, std::size_t w,
                        const WindowTable& table, detail::RowScratch& scratch,
                        detail::RowBlock& to) {
    const std::span<const Position> positions(index.positions.data() + index.begins[w],
                                              index.positions.data() + index.begins[w + 1]);
    // A whole row that fits 32 bits keeps the sums in half the cache.
    const bool narrow =
        positions.size() * table.weight_sum() <= std::numeric_limits<std::uint32_t>::max();
    const auto add_to = [&](auto& row) {
      row.add_windows(stream, positions, table);
      row.emit(to.columns, to.values, scratch.bits);
    };
    if (narrow)
      add_to(scratch.narrow);
    else
      add_to(scratch.wide);
    to.ends.push_back(to.columns.size());
  }

  Window window_;
  CounterOptions options_;
};

}  // namespace implicitmf
