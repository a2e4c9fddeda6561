"""Programs as code models write them, in plain Python: CPython with the real libraries says what they are worth.

They are told apart by a line with nothing but dashes. The value is that of ``result``, else of ``answer``, else what the
last line prints.
"""

# Programs are kept as they are written.
# ruff: noqa: E501

from __future__ import annotations

__all__ = ["PROGRAMS"]

_LOOPS = """
total = 0
for i in range(1, 101):
    total += i
result = total
----
total = 0
for i in range(1000):
    if i % 3 == 0 or i % 5 == 0:
        total += i
print(total)
----
a, b = 1, 2
even = 0
while a <= 4000000:
    if a % 2 == 0:
        even += a
    a, b = b, a + b
print(even)
----
n = 13195
factor = 2
largest = 1
while n > 1:
    if n % factor == 0:
        largest = factor
        n //= factor
    else:
        factor += 1
answer = largest
----
def is_palindrome(n):
    return str(n) == str(n)[::-1]
best = 0
for i in range(100, 200):
    for j in range(i, 200):
        if is_palindrome(i * j) and i * j > best:
            best = i * j
print(best)
----
def gcd(a, b):
    while b:
        a, b = b, a % b
    return a
def lcm(a, b):
    return a * b // gcd(a, b)
value = 1
for k in range(1, 21):
    value = lcm(value, k)
result = value
----
n = 100
answer = sum(range(1, n + 1)) ** 2 - sum(k * k for k in range(1, n + 1))
----
def is_prime(n):
    if n < 2:
        return False
    i = 2
    while i * i <= n:
        if n % i == 0:
            return False
        i += 1
    return True
count = 0
candidate = 1
while count < 101:
    candidate += 1
    if is_prime(candidate):
        count += 1
print(candidate)
----
limit = 2000
sieve = [True] * (limit + 1)
sieve[0] = sieve[1] = False
for i in range(2, int(limit ** 0.5) + 1):
    if sieve[i]:
        for j in range(i * i, limit + 1, i):
            sieve[j] = False
result = sum(i for i, prime in enumerate(sieve) if prime)
----
for a in range(1, 500):
    for b in range(a, 500):
        c = 1000 - a - b
        if a * a + b * b == c * c:
            answer = a * b * c
----
def collatz_length(n):
    steps = 1
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps
best = max(range(1, 2000), key=collatz_length)
print(best)
----
grid = [[1] * 11 for _ in range(11)]
for i in range(1, 11):
    for j in range(1, 11):
        grid[i][j] = grid[i - 1][j] + grid[i][j - 1]
result = grid[10][10]
----
print(sum(int(digit) for digit in str(2 ** 1000)))
----
import math
print(sum(map(int, str(math.factorial(100)))))
----
def d(n):
    return sum(k for k in range(1, n // 2 + 1) if n % k == 0)
amicable = [n for n in range(2, 300) if d(n) != n and d(d(n)) == n]
result = sum(amicable)
----
coins = [1, 2, 5, 10, 20, 50, 100, 200]
ways = [1] + [0] * 200
for coin in coins:
    for amount in range(coin, 201):
        ways[amount] += ways[amount - coin]
result = ways[200]
----
x = 17
binary = ""
while x > 0:
    binary = str(x % 2) + binary
    x //= 2
print(binary)
----
def power(base, exponent, modulus):
    value = 1
    base %= modulus
    while exponent:
        if exponent & 1:
            value = value * base % modulus
        base = base * base % modulus
        exponent >>= 1
    return value
result = power(7, 222, 1000)
----
digits = [int(d) for d in "73167176531330624919"]
best = 0
for i in range(len(digits) - 3):
    product = 1
    for digit in digits[i:i + 4]:
        product *= digit
    best = max(best, product)
print(best)
----
rows = 5
triangle = [[1]]
for _ in range(rows - 1):
    last = triangle[-1]
    triangle.append([1] + [last[i] + last[i + 1] for i in range(len(last) - 1)] + [1])
result = triangle
----
balance = 1000.0
years = 0
while balance < 2000:
    balance *= 1.07
    years += 1
result = years
----
guess = 1.0
for _ in range(20):
    guess = (guess + 2 / guess) / 2
print(round(guess, 10))
----
low, high = 0.0, 2.0
for _ in range(60):
    mid = (low + high) / 2
    if mid ** 2 < 2:
        low = mid
    else:
        high = mid
answer = mid
----
s = 0
k = 0
while True:
    term = (-1) ** k / (2 * k + 1)
    s += term
    k += 1
    if abs(term) < 1e-3:
        break
print(round(4 * s, 2))
----
perfect = []
for n in range(2, 1000):
    if sum(d for d in range(1, n) if n % d == 0) == n:
        perfect.append(n)
print(perfect)
----
def happy(n):
    seen = set()
    while n != 1 and n not in seen:
        seen.add(n)
        n = sum(int(c) ** 2 for c in str(n))
    return n == 1
result = [n for n in range(1, 50) if happy(n)]
----
nums = [4, 2, 9, 1, 7]
for i in range(len(nums)):
    for j in range(len(nums) - 1 - i):
        if nums[j] > nums[j + 1]:
            nums[j], nums[j + 1] = nums[j + 1], nums[j]
result = nums
----
word = "mississippi"
counts = {}
for letter in word:
    counts[letter] = counts.get(letter, 0) + 1
result = counts
----
for n in range(1, 16):
    if n % 15 == 0:
        print("FizzBuzz")
    elif n % 3 == 0:
        print("Fizz")
    elif n % 5 == 0:
        print("Buzz")
    else:
        print(n)
----
total = 0
for i in range(10):
    if i == 3:
        continue
    if i == 8:
        break
    total += i
else:
    total = -1
result = total
----
result = None
for x in range(1, 100):
    if (x % 3, x % 5, x % 7) == (2, 3, 2):
        result = x
        break
----
matrix = [[1, 2, 3], [4, 5, 6]]
transposed = [[row[i] for row in matrix] for i in range(3)]
flat = [x for row in transposed for x in row]
result = flat
----
i = 10
steps = []
while i:
    steps.append(i)
    i -= 3 if i >= 3 else i
print(steps, len(steps))
----
total_seconds = 7384
hours, rest = divmod(total_seconds, 3600)
minutes, seconds = divmod(rest, 60)
print(f"{hours}:{minutes:02d}:{seconds:02d}")
----
population = 1000
year = 2020
while population < 1500:
    population += population * 0.05
    year += 1
print(year, round(population))
----
a = [1, 2, 3]
b = a
b.append(4)
c = a[:]
c.append(5)
result = (a, b, c)
----
total = 0
for n in range(1, 10**5 + 1):
    total += n * n
print(total)
----
sequence = [0, 1]
while len(sequence) < 15:
    sequence.append(sequence[-1] + sequence[-2])
print(sequence[-1])
----
year = 2024
leap = (year % 4 == 0 and year % 100 != 0) or year % 400 == 0
result = leap
----
result = [n for n in range(2, 60) if all(n % d for d in range(2, int(n ** 0.5) + 1))]
----
dice = [(i, j) for i in range(1, 7) for j in range(1, 7)]
favourable = [pair for pair in dice if sum(pair) == 7]
probability = len(favourable) / len(dice)
print(f"Probability: {probability:.4f}")
----
s = "The quick brown fox"
result = " ".join(word[::-1] for word in s.split())
----
n = 1234
total = 0
while n > 0:
    total += n % 10
    n = n // 10
print("Sum of digits:", total)
----
count = 0
for a in range(10):
    for b in range(10):
        for c in range(10):
            if a + b + c == 15:
                count += 1
answer = count
----
prices = {"apple": 1.2, "bread": 2.5, "milk": 0.99}
basket = [("apple", 4), ("bread", 2), ("milk", 1)]
total = 0
for item, quantity in basket:
    total += prices[item] * quantity
print(f"{total:.2f}")
----
stack = []
expression = "3 4 + 2 * 7 /"
for token in expression.split():
    if token in ("+", "-", "*", "/"):
        b = stack.pop()
        a = stack.pop()
        if token == "+":
            stack.append(a + b)
        elif token == "-":
            stack.append(a - b)
        elif token == "*":
            stack.append(a * b)
        else:
            stack.append(a / b)
    else:
        stack.append(float(token))
print(stack[0])
----
n = 8
def queens(row, columns, left, right):
    if row == n:
        return 1
    count = 0
    for column in range(n):
        if column in columns or row - column in left or row + column in right:
            continue
        count += queens(row + 1, columns | {column}, left | {row - column}, right | {row + column})
    return count
n = 5
print(queens(0, set(), set(), set()))
----
def hanoi(n, source="A", target="C", spare="B"):
    if n == 0:
        return 0
    return hanoi(n - 1, source, spare, target) + 1 + hanoi(n - 1, spare, target, source)
result = hanoi(7)
----
def longest(text):
    best = ""
    for i in range(len(text)):
        for j in range(i + 1, len(text) + 1):
            piece = text[i:j]
            if piece == piece[::-1] and len(piece) > len(best):
                best = piece
    return best
print(longest("babad racecar"))
----
def binary_search(items, target):
    low, high = 0, len(items) - 1
    while low <= high:
        mid = (low + high) // 2
        if items[mid] == target:
            return mid
        if items[mid] < target:
            low = mid + 1
        else:
            high = mid - 1
    return -1
print(binary_search([1, 3, 5, 7, 9, 11], 7))
----
def edit(a, b):
    table = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) + 1):
        table[i][0] = i
    for j in range(len(b) + 1):
        table[0][j] = j
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            cost = 0 if a[i - 1] == b[j - 1] else 1
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
    return table[-1][-1]
result = edit("kitten", "sitting")
----
weights = [1, 3, 4, 5]
values = [1, 4, 5, 7]
capacity = 7
best = [0] * (capacity + 1)
for w, v in zip(weights, values):
    for c in range(capacity, w - 1, -1):
        best[c] = max(best[c], best[c - w] + v)
print(best[capacity])
----
graph = {"A": {"B": 1, "C": 4}, "B": {"C": 2, "D": 5}, "C": {"D": 1}, "D": {}}
distance = {node: float("inf") for node in graph}
distance["A"] = 0
todo = set(graph)
while todo:
    node = min(todo, key=lambda n: distance[n])
    todo.remove(node)
    for other, weight in graph[node].items():
        distance[other] = min(distance[other], distance[node] + weight)
print(distance["D"])
----
numbers = [3, 34, 4, 12, 5, 2]
target = 9
reachable = {0}
for number in numbers:
    reachable |= {r + number for r in reachable}
print(target in reachable)
----
def to_roman(n):
    table = [(1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")]
    text = ""
    for value, sign in table:
        while n >= value:
            text += sign
            n -= value
    return text
print(to_roman(1994))
"""

_FUNCTIONS = '''
def f(x):
    return x ** 2 + 3 * x - 1
print(f(4))
----
def factorial(n):
    return 1 if n == 0 else n * factorial(n - 1)
result = factorial(15)
----
square = lambda x: x * x
result = list(map(square, range(5)))
----
def solution():
    """Tom has 3 boxes with 12 pencils each and gives 7 away."""
    boxes = 3
    pencils = boxes * 12
    return pencils - 7
print(solution())
----
from functools import lru_cache
@lru_cache(maxsize=None)
def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)
print(fib(80))
----
from functools import reduce
result = reduce(lambda a, b: a * b, range(1, 11))
----
def compound(principal, rate, years, n=12):
    return principal * (1 + rate / n) ** (n * years)
print(round(compound(1000, 0.05, 10), 2))
----
def mean(values):
    return sum(values) / len(values)
def variance(values):
    m = mean(values)
    return sum((v - m) ** 2 for v in values) / (len(values) - 1)
result = variance([2, 4, 4, 4, 5, 5, 7, 9])
----
def total(*args, **kwargs):
    return sum(args) + sum(kwargs.values())
result = total(1, 2, 3, a=4, b=5)
----
def outer():
    count = 0
    def step():
        nonlocal count
        count += 1
        return count
    step()
    step()
    return step()
print(outer())
----
counter = 0
def bump():
    global counter
    counter += 10
bump()
bump()
result = counter
----
def compose(f, g):
    return lambda x: f(g(x))
h = compose(lambda x: x + 1, lambda x: x * 2)
print(h(5))
----
adders = [lambda x, i=i: x + i for i in range(3)]
result = [add(10) for add in adders]
----
def derivative(f, x, h=1e-6):
    return (f(x + h) - f(x - h)) / (2 * h)
print(round(derivative(lambda t: t ** 3, 2), 4))
----
def integrate(f, a, b, n=1000):
    h = (b - a) / n
    return h * sum(f(a + (i + 0.5) * h) for i in range(n))
print(round(integrate(lambda x: x ** 2, 0, 3), 4))
----
def newton(f, df, x):
    for _ in range(50):
        step = f(x) / df(x)
        x -= step
        if abs(step) < 1e-12:
            break
    return x
print(round(newton(lambda x: x ** 3 - 2, lambda x: 3 * x ** 2, 1.0), 8))
----
def quadratic(a, b, c):
    d = b ** 2 - 4 * a * c
    if d < 0:
        return None
    r = d ** 0.5
    return (-b + r) / (2 * a), (-b - r) / (2 * a)
x1, x2 = quadratic(1, -3, 2)
result = x1 + x2
----
def average(numbers: list[float]) -> float:
    if not numbers:
        return 0.0
    return sum(numbers) / len(numbers)
score: float = average([80, 90, 100])
print(score)
----
def bmi(weight_kg, height_m):
    value = weight_kg / height_m ** 2
    if value < 18.5:
        category = "underweight"
    elif value < 25:
        category = "normal"
    else:
        category = "overweight"
    return value, category
value, category = bmi(70, 1.75)
print(f"BMI is {value:.1f} ({category})")
----
def count_change(amount, coins):
    if amount == 0:
        return 1
    if amount < 0 or not coins:
        return 0
    return count_change(amount - coins[0], coins) + count_change(amount, coins[1:])
print(count_change(50, [25, 10, 5, 1]))
----
def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))
result = ackermann(2, 3)
----
def main():
    data = [5, 3, 8]
    print(max(data) - min(data))

if __name__ == "__main__":
    main()
----
def tax(income):
    brackets = [(10000, 0.1), (30000, 0.2), (float("inf"), 0.3)]
    owed, last = 0, 0
    for limit, rate in brackets:
        if income > last:
            owed += (min(income, limit) - last) * rate
            last = limit
    return owed
print(tax(45000))
----
def digits(n, base):
    out = []
    while n:
        n, r = divmod(n, base)
        out.append(r)
    return out[::-1] or [0]
result = digits(255, 2)
----
def merge_sort(items):
    if len(items) <= 1:
        return items
    middle = len(items) // 2
    left, right = merge_sort(items[:middle]), merge_sort(items[middle:])
    merged = []
    while left and right:
        merged.append(left.pop(0) if left[0] <= right[0] else right.pop(0))
    return merged + left + right
print(merge_sort([5, 2, 9, 1, 5, 6]))
----
def quicksort(xs):
    if not xs:
        return []
    pivot, *rest = xs
    return quicksort([x for x in rest if x < pivot]) + [pivot] + quicksort([x for x in rest if x >= pivot])
result = quicksort([3, 6, 1, 8, 2])
----
def catalan(n):
    if n <= 1:
        return 1
    return sum(catalan(i) * catalan(n - 1 - i) for i in range(n))
print([catalan(k) for k in range(8)])
----
def partitions(n, largest):
    if n == 0:
        return 1
    return sum(partitions(n - k, k) for k in range(1, min(n, largest) + 1))
print(partitions(12, 12))
----
import math
def haversine(lat1, lon1, lat2, lon2):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dp, dl = p2 - p1, math.radians(lon2 - lon1)
    a = math.sin(dp / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * 6371 * math.asin(math.sqrt(a))
print(round(haversine(52.52, 13.405, 48.8566, 2.3522), 1))
----
import math as m
def area(a, b, c):
    s = (a + b + c) / 2
    return m.sqrt(s * (s - a) * (s - b) * (s - c))
result = area(3, 4, 5)
----
from math import sqrt, pi
def sphere(r):
    return 4 / 3 * pi * r ** 3, 4 * pi * r ** 2
volume, surface = sphere(2)
print(f"{volume:.3f} {surface:.3f}")
----
from math import *
print(round(sin(pi / 6) + sqrt(16), 6))
----
from math import comb, perm, factorial, gcd
result = (comb(10, 3), perm(5, 2), factorial(6), gcd(48, 36))
----
from itertools import permutations
count = sum(1 for p in permutations("ABCD") if p[0] != "A")
print(count)
----
from itertools import combinations
numbers = [1, 5, 11, 5, 3]
found = [c for r in range(1, 6) for c in combinations(numbers, r) if sum(c) == 11]
result = len(found)
----
from itertools import product
result = sum(1 for roll in product(range(1, 7), repeat=3) if sum(roll) == 10)
----
from itertools import accumulate, chain, groupby, islice, count, takewhile
sums = list(accumulate([1, 2, 3, 4]))
joined = list(chain([1], [2, 3]))
groups = [(key, len(list(items))) for key, items in groupby("aabccc")]
squares = list(takewhile(lambda x: x < 50, (n * n for n in count(1))))
first = list(islice(count(10, 5), 3))
print(sums, joined, groups, squares, first)
----
import itertools
print(list(itertools.zip_longest([1, 2], [3], fillvalue=0)))
----
import operator
from functools import reduce, partial
double = partial(operator.mul, 2)
result = reduce(operator.add, map(double, [1, 2, 3]))
----
from fractions import Fraction
harmonic = sum(Fraction(1, k) for k in range(1, 6))
print(harmonic, float(harmonic))
----
from fractions import Fraction
x = Fraction("0.75") + Fraction(1, 4)
y = Fraction(22, 7).limit_denominator(5)
print(x, y, Fraction(3, 6).numerator)
----
from decimal import Decimal
price = Decimal("19.99") * 3
print(price)
----
from decimal import Decimal, ROUND_HALF_UP
amount = Decimal("2.675").quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
print(amount)
----
from decimal import Decimal
print(Decimal(1) / Decimal(7))
----
from datetime import date
days = (date(2024, 12, 25) - date(2024, 3, 1)).days
print(days)
----
from datetime import date, timedelta
d = date(2023, 1, 31) + timedelta(days=45)
print(d, d.weekday(), d.strftime("%d %B %Y"))
----
from datetime import datetime, timedelta
start = datetime(2024, 2, 28, 22, 30)
end = start + timedelta(hours=5, minutes=45)
print(end.day, end.hour, end.minute, (end - start).total_seconds())
----
import datetime
birthday = datetime.date(1990, 5, 17)
today = datetime.date(2024, 5, 16)
age = today.year - birthday.year - ((today.month, today.day) < (birthday.month, birthday.day))
result = age
----
import statistics
data = [12, 15, 11, 18, 15]
print(statistics.mean(data), statistics.median(data), statistics.mode(data), round(statistics.stdev(data), 4))
----
import statistics as st
print(st.quantiles([1, 2, 3, 4, 5, 6, 7, 8], n=4), st.pvariance([1, 2, 3]), st.multimode([1, 1, 2, 2]))
----
from statistics import mean, median
scores = [88, 92, 79, 93]
result = mean(scores) - median(scores)
----
words = ["banana", "apple", "cherry"]
print(sorted(words), sorted(words, key=len), sorted(words, reverse=True))
----
people = [("Ann", 31), ("Bob", 25), ("Eve", 35)]
oldest = max(people, key=lambda p: p[1])
print(oldest[0], min(p[1] for p in people))
----
inventory = {"apples": 10, "pears": 4}
inventory["plums"] = 7
inventory["apples"] -= 3
del inventory["pears"]
for name, amount in sorted(inventory.items()):
    print(name, amount)
----
total = sum(v for k, v in {"a": 1, "b": 2, "c": 3}.items() if k != "b")
answer = total
----
a = {1, 2, 3, 4}
b = {3, 4, 5}
print(sorted(a & b), sorted(a | b), sorted(a - b), sorted(a ^ b) if False else sorted(a.symmetric_difference(b)))
----
first, *middle, last = [1, 2, 3, 4, 5]
result = (first, middle, last)
----
x, y = 10, 3
print(x // y, x % y, -x // y, -x % y, x ** y, x / y)
----
print(round(2.5), round(3.5), round(2.675, 2), round(-1.5), round(1234.5678, -2))
----
print(0.1 + 0.2, 0.1 + 0.2 == 0.3, 1e16 + 1, 1 / 3)
----
print(int(2.3 * 100), int(-3.7), int("42"), float("3.5"), int("ff", 16), bin(10), hex(255), oct(8))
----
print(f"{1234567.891:,.2f}", f"{0.256:.1%}", f"{42:05d}", f"{3.14159:8.3f}|", f"{'a':>3}|{'b':<3}|{'c':^3}|")
----
print("{} + {} = {}".format(2, 3, 2 + 3), "%d%%" % 50, "%.2f" % 3.14159, "%s and %s" % ("a", [1]))
----
print([1, 2.5, "x", None, True], (1,), {"k": [1]}, {3}, [])
----
print("a", "b", sep="-", end="!\\n")
print("done")
----
value = 5
message = "big" if value > 3 else "small"
print(message.upper(), len(message), message[0], message[-1], message[1:], message.replace("b", "d"))
----
print(divmod(17, 5), pow(2, 10), pow(3, 4, 5), abs(-7), max(1, 2, 3), min([4, 5]), sum([1, 2], 10))
----
print(all([1, 2, 0]), any([0, 0, 3]), bool([]), bool("a"), not 0)
----
numbers = [1, 2, 3, 4, 5, 6]
evens = list(filter(lambda n: n % 2 == 0, numbers))
print(evens, numbers[::2], numbers[::-1], numbers[1:4], numbers[-2:])
----
pairs = list(zip([1, 2, 3], "abc"))
lookup = dict(pairs)
print(pairs, lookup, list(enumerate("ab", start=1)))
----
matrix = [[2, 0], [1, 3]]
vector = [4, 5]
print([sum(a * b for a, b in zip(row, vector)) for row in matrix])
----
n = 12
divisors = [d for d in range(1, n + 1) if n % d == 0]
print(f"The divisors of {n} are {divisors} and there are {len(divisors)} of them.")
----
if (n := len([1, 2, 3])) > 2:
    print(f"long: {n}")
----
x = 10
x += 5; x -= 3; x *= 2; x /= 4; x **= 2; x //= 5; x %= 4
print(x)
----
assert 2 + 2 == 4, "arithmetic"
print("fine")
----
print(3 > 2 > 1, 1 < 3 < 2, 1 == 1.0, "a" < "b", [1, 2] < [1, 3], (1, 2) == (1, 2))
----
print(5 & 3, 5 | 3, 1 << 10, 1024 >> 3, ~7, 0b101, 0xff, 1_000_000)
----
print("abc" * 2, "a" in "abc", "abc".find("c"), "a,b,c".split(","), "-".join(["x", "y"]), " x ".strip(), "abc".count("b"))
----
print(sorted({"b": 1, "a": 2}), list({"x": 1}.values()), {"a": 1}.get("z", 0), {**{"a": 1}, "b": 2})
----
squares = {n: n ** 2 for n in range(5)}
unique = {len(w) for w in ["a", "bb", "cc"]}
print(squares, sorted(unique), sum(squares.values()))
----
print(isinstance(3, int), isinstance(2.5, (int, float)), isinstance("a", str), 7 .bit_length())
----
nested = [[1, [2, 3]], [4]]
def flatten(x):
    return [y for item in x for y in (flatten(item) if isinstance(item, list) else [item])]
print(flatten(nested))
----
print(math.pi if False else 3, float("inf") > 10 ** 100, -float("inf"))
----
import math
print(math.floor(-2.5), math.ceil(2.1), math.trunc(-2.7), math.isqrt(50), math.hypot(3, 4), math.log(8, 2), math.log10(1000), math.exp(0))
----
import math
print(math.dist([0, 0], [3, 4]), math.prod([1, 2, 3, 4]), math.fsum([0.1] * 10), math.isclose(0.1 + 0.2, 0.3), math.copysign(3, -1), math.cbrt(27) if False else 3)
----
import math
print(round(math.degrees(math.atan2(1, 1)), 6), round(math.tau, 5), math.inf, math.gcd(12, 18, 24), math.lcm(4, 6))
'''

_STORIES = """
apples = 5
oranges = 3
price_apple = 0.5
price_orange = 0.75
total = apples * price_apple + oranges * price_orange
print(total)
----
speed = 65
hours = 3.5
distance = speed * hours
answer = distance
----
eggs_per_day = 16
eaten = 3
baked = 4
price = 2
revenue = (eggs_per_day - eaten - baked) * price
print(revenue)
----
blue = 2
white = blue / 2
print(blue + white)
----
house = 80000
repairs = 50000
value = house * 2.5
profit = value - house - repairs
print(profit)
----
chickens = 20
cups = 3
morning = 15
afternoon = 25
final = chickens * cups - morning - afternoon
print(final)
----
glasses = 16
full = 5
half = 0.6 * full
cost = 0
for i in range(1, glasses + 1):
    cost += half if i % 2 == 0 else full
print(cost)
----
seattle = 20
charleston = 4 * seattle
toulouse = 2 * charleston
answer = seattle + charleston + toulouse
----
size = 200
speed = 2
restart = 20
seconds = size * 0.4 / speed + restart + size / speed
print(seconds)
----
hourly = 10
overtime = hourly * 1.2
hours = 45
pay = 40 * hourly + (hours - 40) * overtime
print(f"Pay: ${pay:.2f}")
----
price = 120
discount = 0.15
tax = 0.08
final = price * (1 - discount) * (1 + tax)
print(f"{final:.2f}")
----
students = 30
passed = 24
print(f"{passed / students:.0%}")
----
length, width = 12.5, 8
perimeter = 2 * (length + width)
area = length * width
print(perimeter, area)
----
initial = 1500
rate = 0.04
years = 6
amount = initial * (1 + rate) ** years
interest = amount - initial
print(round(interest, 2))
----
monthly_rate = 0.06 / 12
months = 30 * 12
loan = 200000
payment = loan * monthly_rate * (1 + monthly_rate) ** months / ((1 + monthly_rate) ** months - 1)
print(round(payment, 2))
----
pages = 350
per_day = 24
days = pages // per_day + (1 if pages % per_day else 0)
print(days)
----
import math
people = 47
per_table = 6
tables = math.ceil(people / per_table)
print(tables)
----
miles = 26.2
km = miles * 1.60934
print(round(km, 2))
----
celsius = [0, 25, 100]
fahrenheit = [c * 9 / 5 + 32 for c in celsius]
print(fahrenheit)
----
salary = 52000
raise_percent = 3.5
new_salary = salary * (1 + raise_percent / 100)
print(new_salary)
----
tank = 50
consumption = 6.5
distance = 420
left = tank - distance / 100 * consumption
print(round(left, 2))
----
red, green, blue = 5, 3, 2
total = red + green + blue
probability = (red / total) * ((red - 1) / (total - 1))
print(round(probability, 4))
----
train_a = 60
train_b = 80
distance = 350
time = distance / (train_a + train_b)
print(time)
----
worker_a = 1 / 6
worker_b = 1 / 4
together = 1 / (worker_a + worker_b)
answer = round(together, 2)
----
ages = {"Tom": 12}
ages["Sara"] = ages["Tom"] * 2 + 3
ages["Mia"] = (ages["Tom"] + ages["Sara"]) // 3
print(sum(ages.values()))
----
marbles = 48
marbles -= marbles // 4
marbles += 10
marbles = marbles / 2
print(marbles)
----
cups_flour = 2.25
batches = 3
grams = cups_flour * batches * 120
print(grams)
----
height = 100
total = height
bounce = height
for _ in range(5):
    bounce *= 0.6
    total += 2 * bounce
print(round(total, 3))
----
mixture = (2 * 0.3 + 3 * 0.5) / (2 + 3)
print(f"{mixture * 100}%")
----
seats = [20 + 2 * row for row in range(15)]
print(sum(seats))
----
cost = 0
for hour in range(1, 6):
    if hour == 1:
        cost += 4
    else:
        cost += 2.5
print(cost)
----
weekly = [12, 15, 9, 20, 18]
average = sum(weekly) / len(weekly)
above = [w for w in weekly if w > average]
print(average, len(above))
----
legs = 94
heads = 35
for rabbits in range(heads + 1):
    chickens = heads - rabbits
    if rabbits * 4 + chickens * 2 == legs:
        print(rabbits, chickens)
----
now = 30
for years in range(100):
    if now + years == 2 * (9 + years):
        answer = years
----
quarters, dimes, nickels = 7, 12, 9
cents = quarters * 25 + dimes * 10 + nickels * 5
print(f"${cents / 100:.2f}")
----
sale = 45.0
original = sale / (1 - 0.25)
print(original)
----
rope = 15
pieces = rope / 0.75
print(int(pieces))
----
ratio = [2, 3, 5]
total = 1200
shares = [total * r / sum(ratio) for r in ratio]
print(shares)
----
start = 9 * 60 + 45
duration = 2 * 60 + 35
end = start + duration
print(f"{end // 60}:{end % 60:02d}")
----
bacteria = 500
doubling = 20
minutes = 3 * 60
print(bacteria * 2 ** (minutes // doubling))
----
tickets = 120
adult_price, child_price = 12, 7
revenue = 1190
for adults in range(tickets + 1):
    if adults * adult_price + (tickets - adults) * child_price == revenue:
        print(adults)
----
fence = 2 * (24 + 16)
posts = fence // 4
cost = posts * 3.5 + fence * 1.25
print(cost)
----
depreciation = 24000
for year in range(4):
    depreciation -= depreciation * 0.18
print(f"{depreciation:.2f}")
----
saved = 0
month = 0
while saved < 1000:
    month += 1
    saved += 35 + 5 * month
print(month, saved)
----
commission = 0.06 * 15000 + 0.08 * (23000 - 15000)
base = 1800
print(base + commission)
----
flips = 10
heads = 7
from math import comb
print(round(comb(flips, heads) / 2 ** flips, 6))
----
pool = 10 * 5 * 2
rate_in = 2.5
rate_out = 0.5
print(pool / (rate_in - rate_out))
----
scores = [72, 85, 90]
needed = 85 * 4 - sum(scores)
print(needed)
----
exchange = 1.0843
euros = 250
fee = 0.02
dollars = euros * exchange * (1 - fee)
print(round(dollars, 2))
----
steps = 0
floor_now = 1
for move in [3, -1, 5, -2]:
    floor_now += move
    steps += abs(move) * 18
print(floor_now, steps)
"""


_CONTAINERS = """
from collections import Counter
print(Counter("mississippi").most_common(2), Counter([1, 1, 2]), sum(Counter("abca").values()))
----
from collections import defaultdict
groups = defaultdict(list)
for word in ["a", "bb", "cc", "d"]:
    groups[len(word)].append(word)
print(dict(groups), groups)
----
from collections import defaultdict
counts = defaultdict(int)
for letter in "banana":
    counts[letter] += 1
result = max(counts, key=counts.get)
----
from collections import deque
queue = deque([(0, 0)])
seen = {(0, 0)}
steps = 0
while queue:
    x, y = queue.popleft()
    steps += 1
    for dx, dy in ((1, 0), (0, 1)):
        place = (x + dx, y + dy)
        if place[0] < 4 and place[1] < 3 and place not in seen:
            seen.add(place)
            queue.append(place)
print(steps, deque([1, 2], maxlen=3))
----
import heapq
heap = [5, 2, 8]
heapq.heapify(heap)
heapq.heappush(heap, 1)
print(heapq.heappop(heap), heap, heapq.nlargest(2, [3, 9, 4]))
----
from bisect import bisect_left, insort
xs = [1, 4, 9]
insort(xs, 5)
print(xs, bisect_left(xs, 5))
----
def root(n):
    if n < 0:
        raise ValueError("negative")
    return n ** 0.5
try:
    print(root(-4))
except ValueError:
    print("no root")
print(root(9))
----
total = 0
for text in ["1", "x", "3"]:
    try:
        total += int(text)
    except ValueError:
        continue
    finally:
        total += 100
result = total
----
def safe(a, b):
    try:
        value = a / b
    except (ZeroDivisionError, TypeError) as error:
        return None
    else:
        return value
    finally:
        print("tried")
print(safe(1, 2), safe(1, 0), safe(1, "a"))
----
try:
    [1, 2][5]
except LookupError:
    answer = -1
"""


def _split(text: str) -> list[str]:
    return [program.strip("\n") + "\n" for program in text.split("----\n")]


PROGRAMS = [*_split(_LOOPS), *_split(_FUNCTIONS), *_split(_STORIES), *_split(_CONTAINERS)]
"""Each program, with a line break at its end."""
