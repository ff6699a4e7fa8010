// SPDX-License-Identifier: MIT
#include <implicitmf/evaluation/analogy_set.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include <implicitmf/core/random.hpp>

#include "support/messages.hpp"
#include "support/named_pipe.hpp"
#include "support/temporary_directory.hpp"

namespace {

namespace imf = implicitmf;
using support::holds;
using support::message_of;
using Sections = std::vector<imf::AnalogySection>;

Sections load(const std::string& bytes) {
  const support::TemporaryDirectory directory;
  return imf::load_analogy_set(directory.write("questions", bytes));
}

std::string fault_in(const std::string& bytes) {
  return message_of<imf::InputError>([&] { static_cast<void>(load(bytes)); });
}

const Sections two_sections{
    {"capital-world", {{"Athens", "Greece", "Oslo", "Norway"}, {"a", "b", "c", "d"}}},
    {"gram3-comparative", {{"bad", "worse", "big", "bigger"}}}};

const std::vector<std::string> names{"w0", "W1", "w2", "w3", "W2",  "w5",
                                     "w6", "w7", "w8", "w9", "w10", "w11"};

imf::Embeddings embeddings() {
  std::vector<imf::WordCount> words;
  for (const std::string& name : names) words.push_back({name, 1});
  imf::RandomStream random(3, imf::RandomPurpose::test_data);
  imf::AlignedMatrix vectors(words.size(), 4);
  for (std::size_t r = 0; r < words.size(); ++r)
    for (float& x : vectors.row(r)) x = static_cast<float>(random.uniform() - 0.5);
  return imf::Embeddings(std::make_shared<const imf::Vocabulary>(words), std::move(vectors));
}

/// Sections of random questions; every ninth word is in no vocabulary, some are in upper case.
Sections random_questions(std::size_t count) {
  imf::RandomStream random(4, imf::RandomPurpose::test_data);
  Sections sections{{"facts", {}}, {"empty", {}}, {"gram1", {}}, {"grammar", {}}, {"program", {}}};
  for (std::size_t q = 0; q < count; ++q) {
    imf::AnalogyWords words;
    for (std::string& word : words) {
      const std::uint32_t number = random.below(13);
      word = number == 12 ? "unknown" : (random.below(2) == 0 ? "w" : "W") + std::to_string(number);
    }
    sections[q % 4 == 1 ? 4 : q % 4].questions.push_back(words);
  }
  return sections;
}

/// The slow way: every word of the vocabulary by name, every score in double.
class Reference {
 public:
  Reference(const imf::Embeddings& e, const imf::AnalogyEvaluationOptions& options)
      : space_(e), options_(options) {
    words_ = options.top_vocabulary == 0 ? names.size() : options.top_vocabulary;
  }

  [[nodiscard]] imf::AnalogyScore score(const imf::AnalogySection& section) const {
    imf::AnalogyScore score;
    for (const auto& question : section.questions) {
      ++score.questions;
      if (!std::ranges::all_of(question, [&](const auto& word) { return find(word).has_value(); }))
        continue;
      ++score.covered;
      if (named(answer(question)) == named(question[3])) ++score.correct;
    }
    return score;
  }

 private:
  [[nodiscard]] std::string named(std::string word) const {
    if (options_.ignore_case && word[0] == 'W') word[0] = 'w';
    return word;
  }
  [[nodiscard]] std::optional<imf::WordId> find(const std::string& word) const {
    for (std::size_t id = 0; id < words_; ++id)
      if (named(names[id]) == named(word)) return static_cast<imf::WordId>(id);
    return std::nullopt;
  }
  [[nodiscard]] std::string answer(const imf::AnalogyWords& question) const {
    std::string best;
    double most = -10.0;
    for (std::size_t x = 0; x < words_; ++x) {
      if (std::any_of(question.begin(), question.begin() + 3,
                      [&](const auto& word) { return named(word) == named(names[x]); }))
        continue;
      const auto cosine = [&](std::size_t i) {
        return space_.cosine(static_cast<imf::WordId>(x), *find(question[i]));
      };
      const double score =
          options_.method == imf::AnalogyMethod::cos_add
              ? cosine(1) - cosine(0) + cosine(2)
              : (1 + cosine(1)) * (1 + cosine(2)) / 4 / ((1 + cosine(0)) / 2 + 0.001);
      if (score > most) {
        most = score;
        best = names[x];
      }
    }
    return best;
  }

  imf::DenseRows<> space_;
  imf::AnalogyEvaluationOptions options_;
  std::size_t words_;
};

}  // namespace

TEST_CASE("sections and questions are read as others write them") {
  const std::string text =
      ": capital-world\nAthens Greece Oslo Norway\na b c d\n: gram3-comparative\n"
      "bad worse big bigger\n";
  CHECK(load(text) == two_sections);
  CHECK(load(":capital-world \r\nAthens  Greece\tOslo Norway \r\n\r\n a b c d\r\n"
             ": gram3-comparative\r\nbad worse big bigger") == two_sections);
  const support::NamedPipe pipe(text);
  CHECK(imf::load_analogy_set(pipe.path()) == two_sections);
  CHECK(load(": none\n: some of two words\na b c d\n") ==
        Sections{{"none", {}}, {"some of two words", {{"a", "b", "c", "d"}}}});
  CHECK(load(": x\n:a b c d\n1 2 3 4\n")[1].name == "a b c d");
}

TEST_CASE("a section is syntactic if its name begins with gram") {
  CHECK_FALSE(two_sections[0].is_syntactic());
  CHECK(two_sections[1].is_syntactic());
  CHECK_FALSE(imf::AnalogySection{"Gram", {}}.is_syntactic());
  CHECK_FALSE(imf::AnalogySection{"program", {}}.is_syntactic());
}

TEST_CASE("faults are named with their line") {
  CHECK(holds(fault_in(""), "holds no questions"));
  CHECK(holds(fault_in(": a\n: b\n"), "holds no questions"));
  CHECK(holds(fault_in("\na b c d\n: x\n"), ":2: a question before the first \": SECTION\""));
  for (const std::string line : {"a", "a b c", "a b c d e"})
    CHECK(holds(fault_in(": x\n1 2 3 4\n" + line + "\n"),
                ":3: expected four words, not \"" + line + "\""));
  CHECK(holds(fault_in(": x\n:\n"), ":2: expected \": SECTION\""));
  CHECK(holds(fault_in(": : \n"), ":1: expected \": SECTION\""));
  CHECK(holds(fault_in(std::string(100, '\0')), ":1: expected four words"));
  CHECK(fault_in(std::string(1 << 20, 'x')).size() < 300);
  const support::TemporaryDirectory directory;
  CHECK_THROWS_AS(static_cast<void>(imf::load_analogy_set(directory / "absent")), imf::IoError);
  CHECK_THROWS_AS(static_cast<void>(imf::load_analogy_set(directory.path())), imf::IoError);
}

TEST_CASE("scores are those of asking word by word") {
  const imf::Embeddings e = embeddings();
  const Sections sections = random_questions(2000);
  for (const auto method : {imf::AnalogyMethod::cos_add, imf::AnalogyMethod::cos_mul})
    for (const bool ignore_case : {false, true})
      for (const std::size_t top : {0U, 8U}) {
        const imf::AnalogyEvaluationOptions options{
            .method = method, .top_vocabulary = top, .ignore_case = ignore_case};
        const auto found = imf::evaluate_analogies(e, sections, options);
        const Reference reference(e, options);
        REQUIRE(found.sections.size() == sections.size());
        imf::AnalogyScore total;
        for (std::size_t s = 0; s < sections.size(); ++s) {
          CHECK(found.sections[s] == reference.score(sections[s]));
          total += found.sections[s];
        }
        CHECK(found.total == total);
        CHECK(total.correct > 0);
        CHECK(total.correct < total.covered);
        CHECK(total.covered < total.questions);
        imf::AnalogyScore semantic = found.sections[0];
        (semantic += found.sections[1]) += found.sections[4];
        CHECK(found.semantic == semantic);
        CHECK(found.syntactic.questions == total.questions - semantic.questions);
        for (const std::size_t threads : {1U, 3U}) {
          auto with_threads = options;
          with_threads.threads = threads;
          CHECK(imf::evaluate_analogies(e, sections, with_threads).sections == found.sections);
        }
      }
}

TEST_CASE("unknown words are skipped, or wrong") {
  const imf::AnalogyScore score{.correct = 3, .covered = 4, .questions = 12};
  CHECK(score.accuracy() == 0.75);
  CHECK(score.accuracy(imf::UnknownWords::wrong) == 0.25);
  const imf::AnalogyScore unknown{.correct = 0, .covered = 0, .questions = 5};
  CHECK(std::isnan(unknown.accuracy()));
  CHECK(unknown.accuracy(imf::UnknownWords::wrong) == 0.0);
  CHECK(std::isnan(imf::AnalogyScore{}.accuracy(imf::UnknownWords::wrong)));
}

TEST_CASE("questions whose words are all unknown, or leave no word to answer, are no trouble") {
  const imf::Embeddings e = embeddings();
  const auto unknown = imf::evaluate_analogies(e, {{"x", {{"p", "q", "r", "s"}}}});
  CHECK(unknown.total == imf::AnalogyScore{.correct = 0, .covered = 0, .questions = 1});
  const auto none_left =
      imf::evaluate_analogies(e, {{"x", {{"w0", "w1", "w2", "w0"}}}}, {.top_vocabulary = 3});
  CHECK(none_left.total == imf::AnalogyScore{.correct = 0, .covered = 1, .questions = 1});
}
