// SPDX-License-Identifier: MIT
/// \file
/// One type for each concept of the library that can do what the concept asks for, and nothing
/// more: a template that works with it asks for no more than it says.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <implicitmf/association/association_measure.hpp>
#include <implicitmf/core/matrix.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/corpus/tokenizer.hpp>
#include <implicitmf/counting/window.hpp>
#include <implicitmf/kernels/sgns_group.hpp>
#include <implicitmf/objectives/negative_sampler.hpp>
#include <implicitmf/solvers/singular_triplets.hpp>

namespace archetypes {

/// A TokenSink: writes tokens to a text, each behind a space, and sentence ends as "|".
class Sink {
 public:
  explicit Sink(std::string& text) : text_(text) {}
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  void token(std::string_view word) { (text_ += ' ') += word; }
  void end_sentence() { text_ += '|'; }

 private:
  std::string& text_;
};

/// A Tokenizer: each word of a text cut at a mark, which is white space; nothing ends a sentence.
class Tokenizer {
 public:
  explicit Tokenizer(char mark) : mark_(mark) {}
  template <class Sink>
  void operator()(std::string_view text, Sink& sink) const {
    while (!text.empty()) {
      const std::size_t length = std::min(text.find(mark_), text.size());
      if (length > 0) sink.token(text.substr(0, length));
      text.remove_prefix(std::min(length + 1, text.size()));
    }
  }

 private:
  char mark_;
};

static_assert(implicitmf::TokenSink<Sink> && implicitmf::Tokenizer<Tokenizer>);

/// A SentenceRange of integers that can be walked once, by iterators that can't be copied: sentence
/// i, from 0, is the integer i, i + 1 times.
class Sentences {
 public:
  class Iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = std::vector<int>;
    explicit Iterator(int& at) : at_(&at) {}
    Iterator(const Iterator&) = delete;
    Iterator& operator=(const Iterator&) = delete;
    Iterator(Iterator&&) = default;
    Iterator& operator=(Iterator&&) = default;
    ~Iterator() = default;
    value_type operator*() const { return value_type(static_cast<std::size_t>(*at_) + 1, *at_); }
    Iterator& operator++() {
      ++*at_;
      return *this;
    }
    void operator++(int) { ++*at_; }

    [[nodiscard]] int at() const { return *at_; }

   private:
    int* at_;
  };
  struct Sentinel {
    int end = 0;
    friend bool operator==(const Iterator& i, const Sentinel& s) { return i.at() == s.end; }
  };

  explicit Sentences(int count) : count_(count) {}
  Sentences(const Sentences&) = delete;
  Sentences& operator=(const Sentences&) = delete;
  Iterator begin() { return Iterator(at_); }
  [[nodiscard]] Sentinel end() const { return {count_}; }

 private:
  int at_ = 0;
  int count_;
};

/// A WindowPolicy: a table as it is given.
class Window {
 public:
  explicit Window(implicitmf::WindowTable table) : table_(std::move(table)) {}
  [[nodiscard]] implicitmf::WindowTable table() const { return table_; }

 private:
  implicitmf::WindowTable table_;
};

/// A ContextDistribution: every context weighs the same.
class EvenContexts {
 public:
  explicit EvenContexts(double weight) : weight_(weight) {}
  [[nodiscard]] double weight(double /*count*/) const { return weight_; }
  void validate() const {}

 private:
  double weight_;
};

/// An AssociationMeasure: the same value for each observed cell.
class ConstantMeasure {
 public:
  explicit ConstantMeasure(double value) : value_(value) {}
  double operator()(const implicitmf::CellLogs& /*cell*/) const { return value_; }

 private:
  double value_;
};

/// A LinearOperator: a dense matrix, value_of(r, c). Sums are taken in double and rounded once.
class DenseOperator {
 public:
  template <class ValueOf>
  DenseOperator(std::size_t rows, std::size_t cols, ValueOf&& value_of)
      : matrix_(rows, cols), transposed_(cols, rows) {
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < cols; ++c)
        transposed_(c, r) = matrix_(r, c) = static_cast<float>(value_of(r, c));
  }
  DenseOperator(const DenseOperator&) = delete;
  DenseOperator& operator=(const DenseOperator&) = delete;

  [[nodiscard]] std::size_t rows() const { return matrix_.rows(); }
  [[nodiscard]] std::size_t cols() const { return matrix_.cols(); }
  void apply(const implicitmf::AlignedMatrix& x, implicitmf::AlignedMatrix& y,
             implicitmf::ThreadTeam& /*team*/) const {
    multiply(matrix_, x, y);
  }
  void apply_transpose(const implicitmf::AlignedMatrix& x, implicitmf::AlignedMatrix& y,
                       implicitmf::ThreadTeam& /*team*/) const {
    multiply(transposed_, x, y);
  }

 private:
  static void multiply(const implicitmf::AlignedMatrix& a, const implicitmf::AlignedMatrix& x,
                       implicitmf::AlignedMatrix& y) {
    std::vector<double> sums(x.cols());
    for (std::size_t r = 0; r < a.rows(); ++r) {
      std::fill(sums.begin(), sums.end(), 0.0);
      const float* const row = a.row_data(r);
      for (std::size_t i = 0; i < a.cols(); ++i) {
        const float* const of_x = x.row_data(i);
        for (std::size_t c = 0; c < sums.size(); ++c)
          sums[c] += static_cast<double>(row[i]) * static_cast<double>(of_x[c]);
      }
      for (std::size_t c = 0; c < sums.size(); ++c) y(r, c) = static_cast<float>(sums[c]);
    }
  }

  implicitmf::AlignedMatrix matrix_;
  implicitmf::AlignedMatrix transposed_;
};

/// A LinearOperator that can also say that it is symmetric.
class SymmetricOperator : public DenseOperator {
 public:
  template <class ValueOf>
  SymmetricOperator(std::size_t size, ValueOf&& value_of) : DenseOperator(size, size, value_of) {}
  [[nodiscard]] bool is_symmetric() const { return true; }
};

/// An SGNSStep: counts the groups it is given, in the first number of each row.
class CountingStep {
 public:
  class Worker {
   public:
    void dots(const implicitmf::kernels::SGNSGroup& /*group*/, std::size_t /*begin*/,
              std::size_t /*end*/, float* /*g*/) {}
    void coefficients(const implicitmf::kernels::SGNSGroup& /*group*/, float /*rate*/,
                      float* /*g*/) {}
    void move(const implicitmf::kernels::SGNSGroup& group, const float* /*g*/, float /*rate*/) {
      for (std::size_t i = 0; i < group.input_count; ++i) group.inputs[i][0] += 1.0F;
      for (std::size_t j = 0; j < group.output_count; ++j) group.outputs[j][0] += 1.0F;
    }
    [[nodiscard]] bool finite() const { return true; }
  };
  explicit CountingStep(std::size_t row_floats) : row_floats_(row_floats) {}
  [[nodiscard]] std::size_t row_floats(std::size_t /*dimension*/) const { return row_floats_; }
  [[nodiscard]] Worker worker() const { return {}; }

 private:
  std::size_t row_floats_;
};

/// A NegativesPolicy: more negatives of less weight, or the other way round.
template <class Distribution>
class WeightedNegatives {
 public:
  explicit WeightedNegatives(double drawn, std::size_t windows = 1)
      : drawn_(drawn), windows_(windows) {}
  Distribution distribution = {};
  implicitmf::Collision collision = implicitmf::Collision::keep;
  void validate() const {}
  [[nodiscard]] implicitmf::NegativeSharing sharing(std::size_t /*dimension*/) const {
    return {.windows = windows_, .drawn = drawn_};
  }

 private:
  double drawn_;
  std::size_t windows_;
};

/// An SVDAlgorithm: knows the answer.
class KnownTriplets {
 public:
  explicit KnownTriplets(std::shared_ptr<const implicitmf::SingularTriplets> triplets)
      : triplets_(std::move(triplets)) {}
  template <class Operator>
  implicitmf::SingularTriplets operator()(const Operator& /*matrix*/,
                                          const implicitmf::SVDOptions& /*options*/,
                                          implicitmf::ThreadTeam& /*team*/) const {
    return *triplets_;
  }

 private:
  std::shared_ptr<const implicitmf::SingularTriplets> triplets_;
};

}  // namespace archetypes
