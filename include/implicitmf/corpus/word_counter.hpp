// SPDX-License-Identifier: MIT
/// \file
/// WordCounter: numbers the distinct words of a stream and counts them, one hash look-up a token.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/random.hpp>
#include <implicitmf/core/types.hpp>

namespace implicitmf {

/// Distinct words in order of first appearance, with their counts.
///
/// An open-addressing table with linear probing: the look-up of a token is the inner loop of
/// reading a corpus.
///
/// \par Memory  the words' bytes, 24 bytes a word and 16 to 32 for its slots.
/// \par Thread safety  one thread.
class WordCounter {
 public:
  WordCounter() : slots_(1U << 10U) {}

  /// Counts `count` occurrences of the word and returns its number, 0 for the first word met.
  WordId add(std::string_view word, Count count = 1) {
    const std::uint64_t hash = hash_of(word);
    const auto tag = static_cast<std::uint32_t>(hash >> 32U);
    for (std::size_t i = hash & (slots_.size() - 1);; i = (i + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[i];
      if (slot.number == 0) return insert(i, tag, word, count);
      if (slot.tag == tag && this->word(slot.number - 1) == word) {
        counts_[slot.number - 1] += count;
        return slot.number - 1;
      }
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return counts_.size(); }
  /// The word of a number; valid until the next add().
  [[nodiscard]] std::string_view word(WordId number) const noexcept {
    return {bytes_.data() + begins_[number], begins_[number + 1] - begins_[number]};
  }
  [[nodiscard]] Count count(WordId number) const noexcept { return counts_[number]; }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    WordId number = 0;  ///< the word's number + 1; 0 marks a free slot
  };

  static std::uint64_t read(const char* p, std::size_t n) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, p, n);
    return value;
  }
  static std::uint64_t hash_of(std::string_view word) noexcept {
    const char* p = word.data();
    std::size_t n = word.size();
    std::uint64_t hash = n;
    for (; n > 8; p += 8, n -= 8) hash = mix_bits(hash + read(p, 8));
    if (n >= 4) return mix_bits(hash + (read(p, 4) | read(p + n - 4, 4) << 32U));
    if (n == 0) return mix_bits(hash);
    // First, middle and last byte: all of a text of up to three.
    const std::uint64_t tail = read(p, 1) | read(p + n / 2, 1) << 8U | read(p + n - 1, 1) << 16U;
    return mix_bits(hash + (tail << 40U));
  }

  WordId insert(std::size_t slot, std::uint32_t tag, std::string_view word, Count count) {
    if (counts_.size() > max_vocabulary)
      throw InputError("more than 4294967293 distinct words: cut the corpus into shards");
    bytes_.insert(bytes_.end(), word.begin(), word.end());
    begins_.push_back(bytes_.size());
    counts_.push_back(count);
    const auto number = static_cast<WordId>(counts_.size());
    slots_[slot] = {tag, number};
    if (2 * counts_.size() > slots_.size()) grow();
    return number - 1;
  }

  void grow() {
    std::vector<Slot> slots(2 * slots_.size());
    for (WordId number = 0; number < size(); ++number) {
      const std::uint64_t hash = hash_of(word(number));
      std::size_t i = hash & (slots.size() - 1);
      while (slots[i].number != 0) i = (i + 1) & (slots.size() - 1);
      slots[i] = {static_cast<std::uint32_t>(hash >> 32U), number + 1};
    }
    slots_ = std::move(slots);
  }

  std::vector<Slot> slots_;
  std::vector<char> bytes_;
  std::vector<std::uint64_t> begins_{0};
  std::vector<Count> counts_;
};

}  // namespace implicitmf
