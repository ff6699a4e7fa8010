// SPDX-License-Identifier: MIT
/// \file
/// LBFGS: the minimiser of WeightedFactorization.
#pragma once

#include <cmath>
#include <cstddef>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include <implicitmf/core/errors.hpp>
#include <implicitmf/core/parallel.hpp>
#include <implicitmf/solvers/factor_space.hpp>
#include <implicitmf/solvers/factors.hpp>

namespace implicitmf::detail {

/// Limited-memory BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.4) with a
/// preconditioner that changes with the point in place of the scaled identity, and Armijo's rule.
///
/// Problem: double evaluate(const Factors& point, Factors& gradient) gives the value and its
/// gradient; void precondition(const Factors& point, Factors& direction) multiplies by the
/// preconditioner at a point; double first_scale() is what makes of it about the inverse of the
/// Hessian.
template <class Problem>
class LBFGS {
 public:
  /// Pairs of a step and the change of the gradient that are remembered.
  static constexpr std::size_t memory = 8;

  LBFGS(Problem& problem, Factors start, ThreadTeam& team)
      : problem_(problem), team_(team), point_(std::move(start)), gradient_(point_) {
    value_ = problem_.evaluate(point_, gradient_);
    scale_ = problem_.first_scale();
  }

  [[nodiscard]] double value() const noexcept { return value_; }
  [[nodiscard]] const Factors& point() const noexcept { return point_; }
  [[nodiscard]] std::size_t evaluations() const noexcept { return evaluations_; }

  /// Goes to a point of lower value. Returns false, at the same point, where none is found.
  /// \throws NumericError  the gradient is not finite
  bool step() {
    if (search(direction())) return true;
    if (steps_.empty()) return false;
    steps_.clear();
    return search(direction());
  }

 private:
  struct Step {
    Factors move;
    Factors change;  ///< of the gradient
    double product;  ///< of both
  };

  /// The two loops.
  [[nodiscard]] Factors direction() {
    Factors d = gradient_;
    std::vector<double> weights(steps_.size());
    for (std::size_t i = steps_.size(); i-- > 0;) {
      weights[i] = dot(steps_[i].move, d, team_) / steps_[i].product;
      combine(d, 1.0, -weights[i], steps_[i].change, team_);
    }
    problem_.precondition(point_, d);
    combine(d, scale_now(), 0.0, d, team_);
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const double back = dot(steps_[i].change, d, team_) / steps_[i].product;
      combine(d, 1.0, weights[i] - back, steps_[i].move, team_);
    }
    combine(d, -1.0, 0.0, d, team_);
    return d;
  }

  /// What makes the preconditioner fit the curvature along the last step.
  [[nodiscard]] double scale_now() {
    if (steps_.empty()) return scale_;
    const Step& last = steps_.back();
    Factors change = last.change;
    problem_.precondition(point_, change);
    return last.product / dot(last.change, change, team_);
  }

  bool search(const Factors& along) {
    constexpr double enough = 1e-4;
    constexpr int most_tries = 20;
    const double slope = dot(gradient_, along, team_);
    if (!std::isfinite(slope))
      throw NumericError("minimising: the gradient is not finite after " +
                         std::to_string(evaluations_) + " evaluations");
    if (slope >= 0.0) return false;
    Factors gradient = gradient_;
    double length = 1.0;
    for (int i = 0; i < most_tries; ++i) {
      Factors next = point_;
      combine(next, 1.0, length, along, team_);
      const double value = problem_.evaluate(next, gradient);
      ++evaluations_;
      if (value < value_ && value <= value_ + enough * length * slope) {
        accept(std::move(next), std::move(gradient), value);
        return true;
      }
      // The least point of the parabola through what is known, but not too near either end.
      const double curved = 2.0 * (value - value_ - length * slope);
      const double least = -slope * length * length / curved;
      length = std::isfinite(value) && least > 0.1 * length ? std::min(least, 0.5 * length)
                                                            : 0.1 * length;
    }
    return false;
  }

  void accept(Factors next, Factors gradient, double value) {
    Step step{std::move(point_), std::move(gradient_), 0.0};
    combine(step.move, -1.0, 1.0, next, team_);
    combine(step.change, -1.0, 1.0, gradient, team_);
    step.product = dot(step.move, step.change, team_);
    const double size = std::sqrt(dot(step.move, step.move, team_)) *
                        std::sqrt(dot(step.change, step.change, team_));
    if (step.product > 1e-8 * size) {
      if (steps_.size() == memory) steps_.pop_front();
      steps_.push_back(std::move(step));
    }
    point_ = std::move(next);
    gradient_ = std::move(gradient);
    value_ = value;
  }

  Problem& problem_;
  ThreadTeam& team_;
  Factors point_;
  Factors gradient_;
  double value_ = 0.0;
  double scale_ = 1.0;
  std::size_t evaluations_ = 1;
  std::deque<Step> steps_;
};

}  // namespace implicitmf::detail
