"""Word problems as pupils get them, each with a program that solves it and its answer, all worked out by hand.

A line is: the problem | the program, with ; between its lines and > for a step in | the answer.
"""

# Problems are lines, however long.
# ruff: noqa: E501

from __future__ import annotations

from fractions import Fraction

__all__ = ["PROBLEMS"]

_TEXT = """
Ann has 14 pens and buys 3 packs of 6. How many has she? | pens = 14 + 3 * 6; print(pens) | 32
A book has 240 pages; Ben reads 35 a day for 4 days. How many are left? | result = 240 - 35 * 4 | 100
A pizza of 12 slices is shared by 5 children who eat 2 each. What is left? | print(12 - 5 * 2) | 2
Eggs cost 3 dollars a dozen. What do 60 eggs cost? | dozens = 60 / 12; answer = dozens * 3 | 15
A car goes 45 km in 30 minutes. How far in 2 hours at that speed? | speed = 45 / 0.5; print(speed * 2) | 180
Rope of 20 m is cut into pieces of 2.5 m. How many? | result = 20 / 2.5 | 8
Tim saves 5 dollars a week for 9 weeks and spends 12. What is left? | saved = 5 * 9; saved -= 12; print(saved) | 33
There are 28 pupils; three quarters ride the bus. How many walk? | walk = 28 - 28 * 3 // 4; answer = walk | 7
A shirt of 40 dollars is 25% off. What does it cost? | result = 40 * (1 - 0.25) | 30
A shirt of 40 dollars is 25% off, then 10% tax comes on top. The price? | price = 40 * 0.75; price *= 1.1; print(round(price, 2)) | 33
The sum of two numbers is 30, their difference 4. The larger one? | for a in range(31):; > if a - (30 - a) == 4:; > > result = a | 17
A rectangle is 8 by 5. Its area minus its perimeter? | print(8 * 5 - 2 * (8 + 5)) | 14
A square has a perimeter of 36. Its area? | side = 36 / 4; print(side ** 2) | 81
The average of 4, 8 and x is 7. Find x. | result = 7 * 3 - 4 - 8 | 9
Five workers need 12 days. How long do three need? | print(5 * 12 / 3) | 20
A tap fills 3 litres in 2 minutes. How many in 15? | print(3 / 2 * 15) | 22.5
A train leaves at 8:40 and takes 95 minutes. When, in minutes after midnight, is it there? | print(8 * 60 + 40 + 95) | 615
Half of a third of 90? | result = 90 / 3 / 2 | 15
A dress costs 80 after 20% off. The price before? | print(80 / (1 - 0.2)) | 100
Bo is 3 times as old as Al; together they are 48. How old is Al? | result = 48 / 4 | 12
In 6 years Kim is twice as old as 4 years ago. How old now? | for n in range(4, 100):; > if n + 6 == 2 * (n - 4):; > > answer = n | 14
A field of 50 by 30 m gets a fence at 4 dollars a metre. The price? | result = 2 * (50 + 30) * 4 | 640
A bag has 3 red, 5 blue balls. The chance of red? | print(3 / (3 + 5)) | 0.375
12 friends shake hands, all with all. How many handshakes? | print(sum(1 for i in range(12) for j in range(i))) | 66
How many ways to choose 3 of 8 books? | from math import comb; print(comb(8, 3)) | 56
How many words from the letters of ABCD, each once? | from itertools import permutations; print(len(list(permutations('ABCD')))) | 24
100 dollars at 5% for 3 years, compound. The amount? | amount = 100; for _ in range(3):; > amount *= 1.05; print(round(amount, 4)) | 115.7625
100 dollars at 5% for 3 years, simple interest. The interest? | print(100 * 5 * 3 / 100) | 15
A population of 800 doubles each 3 years. After 12 years? | print(800 * 2 ** (12 // 3)) | 12800
A machine loses 10% of its value a year. From 1000, after 2 years? | value = 1000; value *= 0.9; value *= 0.9; print(round(value, 6)) | 810
Sam runs 5 laps of 400 m in 10 minutes. His speed in m per minute? | print(5 * 400 / 10) | 200
A recipe for 4 takes 300 g of flour. For 10? | print(300 / 4 * 10) | 750
3 apples and 2 pears cost 8, 1 apple 2. What does a pear cost? | pear = (8 - 3 * 2) / 2; print(pear) | 1
A tank of 200 l is 35% full. How many litres are missing? | print(200 * (1 - 35 / 100)) | 130
Lea sleeps 8 hours a day. What share of the day is she awake? | result = (24 - 8) / 24 | 2/3
A number is tripled, then 7 is added: 40. The number? | print((40 - 7) / 3) | 11
A bus has 40 seats; 3/5 are taken, then 6 get off. How many sit? | taken = 40 * 3 // 5; taken -= 6; answer = taken | 18
7 boxes of 24 cans, 19 cans are dented. How many are good? | print(7 * 24 - 19) | 149
Every third of 33 tickets wins. How many win? | print(len([t for t in range(1, 34) if t % 3 == 0])) | 11
Jo reads 1 page on day 1, 2 on day 2, ... 10 on day 10. In all? | print(sum(range(1, 11))) | 55
A clock strikes the hour, 1 to 12, twice a day. How many strikes? | total = 0; for h in range(1, 13):; > total += h; print(2 * total) | 156
Rows of 5, 8, 11, ... seats, 10 rows. How many seats? | print(sum(5 + 3 * k for k in range(10))) | 185
A ball falls from 16 m and bounces half each time. The height after 4 bounces? | h = 16; for _ in range(4):; > h /= 2; print(h) | 1
Pay is 12 an hour, 1.5 times above 40 hours. 46 hours? | pay = 40 * 12 + 6 * 12 * 1.5; print(pay) | 588
3 kg cost 7.5. What do 5 kg cost? | print(7.5 / 3 * 5) | 12.5
Two trains 300 km apart run at 70 and 80 km/h to each other. When do they meet? | print(300 / (70 + 80)) | 2
A pool leaks 2 l an hour and is filled with 10. After 6 hours? | print((10 - 2) * 6) | 48
A number of two digits has digit sum 9, and reversed it is 27 more. The number? | for n in range(10, 100):; > a, b = divmod(n, 10); > if a + b == 9 and 10 * b + a == n + 27:; > > result = n | 36
The product of two consecutive numbers is 132. The smaller? | n = 1; while n * (n + 1) != 132:; > n += 1; print(n) | 11
Heads 20, legs 56: chickens and rabbits. How many rabbits? | for r in range(21):; > if 4 * r + 2 * (20 - r) == 56:; > > answer = r | 8
Quarters and dimes, 13 coins worth 2.20. How many quarters? | for q in range(14):; > if 25 * q + 10 * (13 - q) == 220:; > > answer = q | 6
A mixture of 2 l at 10% and 3 l at 20%. Its share in %? | print((2 * 10 + 3 * 20) / 5) | 16
The mean of 5 numbers is 12; four are 10, 11, 12, 13. The fifth? | print(12 * 5 - sum([10, 11, 12, 13])) | 14
The median of 7, 1, 9, 4, 5? | print(sorted([7, 1, 9, 4, 5])[2]) | 5
The range of 7, 1, 9, 4, 5? | xs = [7, 1, 9, 4, 5]; print(max(xs) - min(xs)) | 8
The standard deviation (population) of 2, 4, 4, 4, 5, 5, 7, 9? | import statistics; print(statistics.pstdev([2, 4, 4, 4, 5, 5, 7, 9])) | 2
The hypotenuse of a triangle with legs 9 and 12? | import math; print(math.sqrt(9 ** 2 + 12 ** 2)) | 15
The area of a triangle with base 10 and height 7? | print(10 * 7 / 2) | 35
A cube of edge 4: volume minus surface? | print(4 ** 3 - 6 * 4 ** 2) | -32
A box 2 by 3 by 4 is filled with cubes of edge 1. How many are inside of none of its faces? | print((2 - 2) * (3 - 2) * (4 - 2)) | 0
How many tiles of 20 by 20 cm for a floor of 4 by 3 m? | print((400 // 20) * (300 // 20)) | 300
A map 1:50000 shows 6 cm. How many km? | print(6 * 50000 / 100000) | 3
A wheel turns 250 times over 500 m. Its circumference in m? | print(500 / 250) | 2
A car uses 6 l per 100 km; petrol costs 1.5 a litre. The price of 350 km? | print(350 / 100 * 6 * 1.5) | 31.5
A salary of 2000 rises by 10% and then falls by 10%. Now? | pay = 2000 * 1.1; pay = pay * 0.9; print(round(pay, 6)) | 1980
60 is what percent of 240? | print(60 / 240 * 100) | 25
What is 15% of 15% of 400? | print(round(400 * 0.15 * 0.15, 6)) | 9
From 50 to 65: the rise in percent? | print((65 - 50) / 50 * 100) | 30
Profit is 20% of the cost, the price 72. The cost? | print(round(72 / 1.2, 6)) | 60
A 5-day trip costs 90 a day and 120 for the train, shared by 3. Each pays? | print((5 * 90 + 120) / 3) | 190
12 bottles of 0.75 l fill glasses of 0.25 l. How many? | print(12 * 0.75 / 0.25) | 36
Mia has twice as many as Leo, Leo 5 more than Ida, Ida 7. All together? | ida = 7; leo = ida + 5; mia = 2 * leo; print(ida + leo + mia) | 43
80 candies are shared by 12 children. How many are left over? | print(80 % 12) | 8
80 candies are packed in bags of 12. How many bags are needed? | import math; print(math.ceil(80 / 12)) | 7
How many days from March 10 to May 2, 2023? | from datetime import date; print((date(2023, 5, 2) - date(2023, 3, 10)).days) | 53
A film of 2 h 35 min begins at 19:50. It ends how many minutes after 22:00? | end = 19 * 60 + 50 + 155; print(end - 22 * 60) | 25
10000 seconds are how many whole hours? | hours, rest = divmod(10000, 3600); print(hours) | 2
The least common multiple of 12 and 18? | import math; print(math.lcm(12, 18)) | 36
Two lights blink each 6 and 10 seconds. When together? | t = 1; while t % 6 or t % 10:; > t += 1; print(t) | 30
Ribbons of 48 and 60 cm are cut to equal pieces as long as can be. How long? | from math import gcd; print(gcd(48, 60)) | 12
How many primes are below 30? | print(sum(all(n % d for d in range(2, n)) for n in range(2, 30))) | 10
How many divisors has 60? | print(len([d for d in range(1, 61) if 60 % d == 0])) | 12
The digit sum of 987654? | print(sum(int(d) for d in str(987654))) | 39
The largest number from the digits 3, 9, 1, 5? | print(int(''.join(sorted('3915', reverse=True)))) | 9531
How many even numbers from 10 to 50, both in? | print(len(range(10, 51, 2))) | 21
How often is the digit 1 written from 1 to 30? | print(sum(str(n).count('1') for n in range(1, 31))) | 13
1 + 1/2 + 1/3 + 1/4 exactly? | from fractions import Fraction; result = sum(Fraction(1, k) for k in range(1, 5)) | 25/12
2/3 of a tank and 1/4 of a tank: together? | from fractions import Fraction; result = Fraction(2, 3) + Fraction(1, 4) | 11/12
Three quarters of a pizza is shared by 2. Each gets? | from fractions import Fraction; answer = Fraction(3, 4) / 2 | 3/8
Two dice: the chance of a sum of 8? | rolls = [(a, b) for a in range(1, 7) for b in range(1, 7)]; result = sum(a + b == 8 for a, b in rolls) / len(rolls) | 5/36
Three coins: the chance of exactly two heads? | from itertools import product; outcomes = list(product('HT', repeat=3)); result = sum(o.count('H') == 2 for o in outcomes) / 8 | 0.375
A card from 52: the chance of a heart or a king? | print((13 + 4 - 1) / 52) | 4/13
5 red and 3 green, two drawn: the chance of both red? | result = 5 / 8 * 4 / 7 | 5/14
At least one six in two throws? | result = 1 - (5 / 6) ** 2 | 11/36
Prices 1.2, 0.8, 2.5 with 2, 5, 1 pieces. The sum? | prices = [1.2, 0.8, 2.5]; counts = [2, 5, 1]; print(round(sum(p * n for p, n in zip(prices, counts)), 2)) | 8.9
Marks 2, 3, 1, 2 with weights 1, 1, 2, 2. The weighted mean? | result = (2 + 3 + 2 * 1 + 2 * 2) / 6 | 11/6
A snail climbs 3 m by day, slips 2 m by night; the well is 10 m. Days? | height, days = 0, 0; while True:; > days += 1; > height += 3; > if height >= 10:; > > break; > height -= 2; print(days) | 8
Rice doubles on each of 10 squares, from 1. The sum? | print(sum(2 ** k for k in range(10))) | 1023
The 10th number of 1, 1, 2, 3, 5, ...? | a, b = 1, 1; for _ in range(9):; > a, b = b, a + b; print(a) | 55
How many rabbits after 6 months, pairs 1, 1, 2, 3, 5, 8? | def pairs(n):; > return 1 if n < 3 else pairs(n - 1) + pairs(n - 2); print(pairs(6)) | 8
Savings grow by 20 each month from 100. The first month above 250? | months, saved = 0, 100; while saved <= 250:; > saved += 20; > months += 1; print(months) | 8
A stair of 4 steps, one or two at a time: how many ways? | def ways(n):; > return 1 if n < 2 else ways(n - 1) + ways(n - 2); result = ways(4) | 5
A grid of 3 by 3 roads, right and down only: how many ways? | from math import comb; print(comb(6, 3)) | 20
How many three-digit numbers have three equal digits? | print(sum(1 for n in range(100, 1000) if len(set(str(n))) == 1)) | 9
5 people sit in a row, two of them side by side: how many ways? | from math import factorial; print(2 * factorial(4)) | 48
A team of 2 girls of 5 and 2 boys of 4: how many? | from math import comb; print(comb(5, 2) * comb(4, 2)) | 60
A lock of 3 digits, none twice: how many codes? | print(10 * 9 * 8) | 720
The last digit of 7 to the 100? | print(pow(7, 100, 10)) | 1
How many zeros are at the end of 25 factorial? | import math; text = str(math.factorial(25)); print(len(text) - len(text.rstrip('0'))) | 6
2x + 3 = 17: x? | x = symbols('x'); result = solve(2*x + 3 - 17, x)[0] | 7
x + y = 10, x - y = 4: x? | x, y = symbols('x y'); s = solve([x + y - 10, x - y - 4], [x, y]); result = s[x] | 7
The positive root of x^2 - 5x - 24? | x = symbols('x'); result = max(solve(x**2 - 5*x - 24, x)) | 8
Where is x^2 - 6x + 5 least? | x = symbols('x'); result = solve(diff(x**2 - 6*x + 5, x), x)[0] | 3
The area under x^2 from 0 to 3? | x = symbols('x'); result = integrate(x**2, (x, 0, 3)) | 9
The slope of x^3 at 2? | x = symbols('x'); result = diff(x**3, x).subs(x, 2) | 12
A fence of 40 m around the largest rectangle: its area? | best = max((w * (20 - w) for w in range(21))); print(best) | 100
Temperatures -3, 2, 5, -1, 7: the mean of those above 0? | xs = [t for t in [-3, 2, 5, -1, 7] if t > 0]; result = sum(xs) / len(xs) | 14/3
Votes A 120, B 90, C 60: the share of the winner? | votes = {'A': 120, 'B': 90, 'C': 60}; result = max(votes.values()) / sum(votes.values()) | 4/9
Stock of 50: +20, -35, +10, -5. Now? | stock = 50; for change in [20, -35, 10, -5]:; > stock += change; print(stock) | 40
A bill of 64 and a tip of 15%, by 4. Each? | print(round(64 * 1.15 / 4, 2)) | 18.4
Water 90 cents a bottle, from 6 bottles on 10% off. 8 bottles, in dollars? | n = 8; cost = n * 0.9; if n >= 6:; > cost *= 0.9; print(round(cost, 2)) | 6.48
A taxi: 3 and 1.8 per km, at night 20% more. 10 km at night? | print(round((3 + 1.8 * 10) * 1.2, 2)) | 25.2
Tax of 10% to 1000 and 20% above. On 1500? | def tax(x):; > return x * 0.1 if x <= 1000 else 100 + (x - 1000) * 0.2; print(tax(1500)) | 200
Postage: 2 up to 1 kg, 0.5 for each begun 0.5 kg more. 2.2 kg? | import math; weight = 2.2; print(2 + 0.5 * math.ceil((weight - 1) / 0.5)) | 3.5
A discount of 3 for 2: what do 7 bars at 1.5 cost? | free = 7 // 3; print((7 - free) * 1.5) | 7.5
A loan of 600 in 12 rates with 5% on top. A rate? | print(600 * 1.05 / 12) | 52.5
Ann earns 1/3 of what Bob does; together 3200. Bob? | print(3200 * 3 / 4) | 2400
A third of the class and 4 more are 13. The class? | print((13 - 4) * 3) | 27
The angles of a triangle are as 2:3:4. The largest? | print(180 * 4 / 9) | 80
The inner angle of a regular hexagon? | n = 6; print((n - 2) * 180 / n) | 120
A shadow of 6 m at a tree, 0.8 m at a stick of 1.2 m. The tree? | print(round(6 / 0.8 * 1.2, 6)) | 9
A liquid evaporates 4% an hour; how many ml of 500 are left after 2 hours? | print(round(500 * 0.96 ** 2, 4)) | 460.8
A typist writes 45 words a minute; how many minutes for 2700? | print(2700 / 45) | 60
Pages 17 to 43 are copied. How many? | print(43 - 17 + 1) | 27
15 posts, 4 m apart: how long is the row? | print((15 - 1) * 4) | 56
A log is cut in 6 pieces, 3 minutes a cut. How long? | print((6 - 1) * 3) | 15
Cats catch mice: 5 cats, 5 mice, 5 minutes. 100 mice in 100 minutes need how many cats? | rate = 5 / (5 * 5); print(100 / 100 / rate) | 5
A bat and a ball cost 1.10, the bat 1 more. The ball in cents? | for ball in range(111):; > if ball + ball + 100 == 110:; > > answer = ball | 5
A lily doubles each day and fills the pond on day 48. Half of it? | print(48 - 1) | 47
The sum of the first 20 odd numbers? | print(sum(range(1, 40, 2))) | 400
The sum of the squares of 1 to 6? | print(sum(map(lambda n: n ** 2, range(1, 7)))) | 91
A year of 365 days has how many whole weeks, and days more? | print(divmod(365, 7)[1]) | 1
The third largest of 4, 9, 2, 9, 7 without doubles? | print(sorted(set([4, 9, 2, 9, 7]))[-3]) | 4
Letters in 'banana' that come more than once: how many kinds? | word = 'banana'; print(len({c for c in word if word.count(c) > 1})) | 2
The dot product of (1, 2, 3) and (4, 5, 6)? | import numpy as np; result = np.dot([1, 2, 3], [4, 5, 6]) | 32
The determinant of ((2, 1), (5, 3))? | import numpy as np; result = np.linalg.det(np.array([[2, 1], [5, 3]])) | 1
How many litres for 3 walls of 4 by 2.5 m, 0.2 l a square metre? | area = 3 * 4 * 2.5; print(round(area * 0.2, 6)) | 6
A cinema sells 30 tickets at 9 and 45 at 6.5. The takings? | print(30 * 9 + 45 * 6.5) | 562.5
A dozen eggs less 5, in boxes of 2: how many boxes are full? | print((12 - 5) // 2) | 3
A bill of 87.40 is paid with a hundred. The change in cents? | print(round((100 - 87.40) * 100)) | 1260
Ten pupils, each gives each other one card: how many cards? | print(10 * 9) | 90
Two thirds of 3/5 of 150? | print(150 * 3 // 5 * 2 // 3) | 60
"""


def _program(text: str) -> str:
    lines = [line.strip() for line in text.split(";")]
    return "\n".join(
        "    " * line.count("> ", 0, len(line) - len(line.lstrip("> "))) + line.lstrip("> ") for line in lines
    )


def _problem(line: str) -> tuple[str, str, Fraction]:
    question, program, value = line.split(" | ")
    return question, _program(program), Fraction(value)


PROBLEMS = [_problem(line) for line in _TEXT.strip().splitlines()]
"""Each: the problem, the program, the value."""
