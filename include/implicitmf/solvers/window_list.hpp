// SPDX-License-Identifier: MIT
/// \file
/// WindowList: windows in the order of training, in groups and batches.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

#include <implicitmf/core/buffer.hpp>
#include <implicitmf/core/types.hpp>

namespace implicitmf {

/// A context and the words that have it in their windows: tokens [from, to) of the list, but for
/// `self` and for `removed_token`.
struct TrainingWindow {
  WordId context = 0;
  std::uint32_t from = 0;
  std::uint32_t to = 0;
  std::uint32_t self = 0;
};

/// The `self` of a window that has no token of its own.
inline constexpr std::uint32_t no_self = 0xFFFF'FFFFU;

/// Rows that are moved together are moved from the same values: what each meets must not be so much
/// that it overshoots.
struct MeetingLimits {
  std::size_t windows = 4;       ///< of a group
  std::size_t tokens = 48;       ///< of a group's windows, added up
  std::size_t word_pairs = 20;   ///< of a word in a group
  std::size_t groups = 64;       ///< of two successive batches
  std::size_t batch_pairs = 80;  ///< of a word or a context in these; below 2^15: 16 bits count it

  /// Groups of a batch.
  [[nodiscard]] std::size_t batch_groups() const noexcept {
    return std::max<std::size_t>(1, groups / 2);
  }
};

/// Groups whose rows are moved together: from `from` on.
struct TrainingBatch {
  std::uint32_t from = 0;
  bool apart = false;  ///< from the batch before
};

namespace detail {

/// How often each row comes, below 2^16, or more: rows that share a place add up.
template <std::size_t Places>
class RowMeetings {
 public:
  void clear() noexcept { times_.fill(0); }
  /// Returns the times so far.
  std::size_t add(WordId row, std::size_t times) noexcept {
    std::uint16_t& sum = times_[row % Places];
    return sum = static_cast<std::uint16_t>(sum + times);
  }
  [[nodiscard]] std::size_t of(WordId row) const noexcept { return times_[row % Places]; }
  /// Takes back what add() added.
  void remove(WordId row, std::size_t times) noexcept {
    std::uint16_t& sum = times_[row % Places];
    sum = static_cast<std::uint16_t>(sum - times);
  }

 private:
  std::array<std::uint16_t, Places> times_{};
};

}  // namespace detail

/// Windows in the order of training, neighbours in the text beside each other. Each has at least
/// one word.
struct WindowList {
  Buffer<WordId> tokens;
  Buffer<TrainingWindow> windows;
  Buffer<std::uint32_t> groups;   ///< see group(): where each begins, and the end of the last
  Buffer<TrainingBatch> batches;  ///< see batch(): the same for batches of groups
  Buffer<std::uint32_t> places;   ///< scratch of the source
  std::uint64_t contexts = 0;     ///< windows as the source gave them
  std::uint64_t pairs = 0;        ///< words in all windows

  void clear() noexcept {
    tokens.clear();
    windows.clear();
    groups.clear();
    batches.clear();
    contexts = 0;
    pairs = 0;
  }

  /// Cuts windows to at most `most` tokens each; 1 makes a window of each pair.
  void split(std::uint32_t most) {
    const auto fits = [most](const TrainingWindow& w) { return w.to - w.from <= most; };
    if (std::all_of(windows.begin(), windows.end(), fits)) return;
    Buffer<TrainingWindow> pieces;
    for (const TrainingWindow& window : windows)
      for (std::uint32_t from = window.from; from < window.to; from += most) {
        const std::uint32_t to = std::min(from + most, window.to);
        if (has_words(from, to, window.self))
          pieces.push_back({window.context, from, to, window.self});
      }
    windows.swap(pieces);
  }

  /// Puts successive windows together, within limits. A word is taken to stand in all windows of
  /// its group; words between these count, too.
  void group(const MeetingLimits& most) {
    groups.clear();
    std::size_t in_group = most.windows;
    std::size_t spanned = 0;
    IndexRange hull;
    for (std::size_t i = 0; i < windows.size(); ++i) {
      const TrainingWindow& window = windows[i];
      const std::size_t span = window.to - window.from;
      hull.begin = std::min<std::size_t>(hull.begin, window.from);
      hull.end = std::max<std::size_t>(hull.end, window.to);
      if (in_group == most.windows || spanned + span > most.tokens ||
          !within(hull, most.word_pairs / (in_group + 1))) {
        groups.push_back(static_cast<std::uint32_t>(i));
        hull = {window.from, window.to};
        in_group = 0;
        spanned = 0;
      }
      ++in_group;
      spanned += span;
    }
    groups.push_back(static_cast<std::uint32_t>(windows.size()));
  }
  [[nodiscard]] std::size_t group_count() const noexcept { return groups.size() - 1; }
  /// The windows of a group.
  [[nodiscard]] IndexRange group_windows(std::size_t i) const noexcept {
    return {groups[i], groups[i + 1]};
  }

  /// Puts successive groups together in batches of which two in a row are within limits, or the
  /// later one is apart.
  void batch(const MeetingLimits& most) {
    batches.clear();
    BatchMeetings met[2];
    BatchMeetings* now = &met[0];
    BatchMeetings* before = &met[1];  // of the last batch, where this one is not apart from it
    std::size_t in_batch = most.batch_groups();
    for (std::size_t g = 0; g < group_count(); ++g, ++in_batch) {
      if (in_batch < most.batch_groups()) {
        if (add_group(g, *now, *before) <= most.batch_pairs) continue;
        remove_group(g, *now);
      }
      std::swap(now, before);
      now->clear();
      const bool apart = add_group(g, *now, *before) > most.batch_pairs || most.groups < 2;
      if (apart) before->clear();
      batches.push_back({static_cast<std::uint32_t>(g), apart});
      in_batch = 0;
    }
    batches.push_back({static_cast<std::uint32_t>(group_count()), false});
  }
  [[nodiscard]] std::size_t batch_count() const noexcept { return batches.size() - 1; }
  /// The groups of a batch.
  [[nodiscard]] IndexRange batch_groups(std::size_t i) const noexcept {
    return {batches[i].from, batches[i + 1].from};
  }
  /// Whether the batch before must have moved before this one is looked at.
  [[nodiscard]] bool batch_apart(std::size_t i) const noexcept { return batches[i].apart; }

 private:
  struct BatchMeetings {
    detail::RowMeetings<4096> words;
    detail::RowMeetings<4096> contexts;
    void clear() noexcept {
      words.clear();
      contexts.clear();
    }
  };

  /// Calls word(id, times) for each place where a word of a group stands, and context(id, times)
  /// for each of its windows, with the pairs that they have, at most.
  template <class Word, class Context>
  void for_rows(std::size_t g, const Word& word, const Context& context) const {
    std::uint32_t reached = 0;
    const IndexRange range = group_windows(g);
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const TrainingWindow& window = windows[i];
      context(window.context, window.to - window.from);
      for (std::uint32_t at = std::max(window.from, reached); at < window.to; ++at)
        if (tokens[at] != removed_token) word(tokens[at], range.size());
      reached = std::max(reached, window.to);
    }
  }
  /// Returns the most that one of its words or contexts has met, in `now` and `before`.
  std::size_t add_group(std::size_t g, BatchMeetings& now, const BatchMeetings& before) const {
    std::size_t most = 0;
    for_rows(
        g,
        [&](WordId id, std::size_t times) {
          most = std::max(most, now.words.add(id, times) + before.words.of(id));
        },
        [&](WordId id, std::size_t times) {
          most = std::max(most, now.contexts.add(id, times) + before.contexts.of(id));
        });
    return most;
  }
  void remove_group(std::size_t g, BatchMeetings& met) const {
    for_rows(
        g, [&](WordId id, std::size_t times) { met.words.remove(id, times); },
        [&](WordId id, std::size_t times) { met.contexts.remove(id, times); });
  }
  /// Whether no word stands more than `most` times in a range of the tokens; words that share a
  /// counter count as one.
  [[nodiscard]] bool within(IndexRange range, std::size_t most) const noexcept {
    if (range.size() <= most) return true;
    detail::RowMeetings<256> words;
    for (std::size_t at = range.begin; at < range.end; ++at)
      if (tokens[at] != removed_token && words.add(tokens[at], 1) > most) return false;
    return true;
  }
  [[nodiscard]] bool has_words(std::uint32_t from, std::uint32_t to,
                               std::uint32_t self) const noexcept {
    for (; from < to; ++from)
      if (from != self && tokens[from] != removed_token) return true;
    return false;
  }
};

}  // namespace implicitmf
