"""The long texts of the demonstration village, as their authors typed them.  Invented throughout."""

from __future__ import annotations

ANALYSIS = """\
From “The Analyst”:

HARBOUR & HIGHLANDS SPEAK – THE RIVER AUTHORITY IS BOTHERED

Now we have an understanding of an unusual telephone call from the director of the River Authority to the \
harbour master at Saltmouth. It was the first call between the two in over nineteen months.

During the call the harbour master said that she was sorry about the flooded archive in the upper town – \
courtesy requires it, and it was meant. The director replied that the harbour had, in his view, been involved \
in some way, and that if it had, it was because the Highlands told it to. You can almost imagine those who \
were not on the call but listening in, looking at the ceiling.

But the director was on the telephone for a reason. He wanted to make it clear that engineers from Saltmouth \
working on the middle locks, in any capacity, “would make things very difficult for the harbour”.

Anyone would think that the harbour master did not know that. What the call really shows is that the idea of \
somebody else’s engineers on the middle locks, for whatever purpose, is a situation the Authority wants to \
avoid. It would complicate its position dramatically, and that is the point. For eleven years the Authority \
has been able to say that nobody but itself understands the gates. The moment a second crew opens a panel and \
writes down what it finds, that sentence is over. It is not the engineers that are feared. It is their notebook.

Clearly the thought of the dispute taking such a turn is deeply disturbing. And that is the entire point of \
the harbour’s policy of never saying in advance what it will or will not do. A limit that has been announced \
can be measured, approached and left uncrossed by the width of a hand; we have watched the Authority do \
exactly this with every published water level since the spring. A limit that nobody has announced has to be \
guessed, and guessing makes people careful. The cautious towns along the river, who publish their limits every \
Monday in a table, have done nobody any favours, least of all themselves.

The director also said that the Authority was still interested in an agreement – on the basis of the draft of \
Reedholm, under which the Highlands would give up their seat on the gauging commission and the Authority would \
keep the three locks it has already taken over. That is wishful thinking. Even if it ended up keeping the \
locks, there is no way that the Highlands would concede the seat now. A seat on the commission is the only \
means they have of knowing, on any given night, how much water is coming.

All in all, the fact of the call is the message. Nobody telephones after nineteen months of silence to repeat \
what stands in the newspaper. Uncertainty about what, when and why the harbour might send has triggered a \
response, and that is a weakness which it was not clever to reveal. It tells the harbour – which had long been \
thought the softest of them all – that it has finally been heard. It tells the Highlands that they are not alone.

We often fail to see how much of this is personal. Habits of thought become deeply ingrained, and relations \
between people who lead do matter – especially to those who crave recognition, because they know that their \
power has no real basis in anybody’s consent. To be acknowledged among those one takes for one’s equals is \
then worth more than a lock or two. To be turned away by somebody with whom one believed to have an \
understanding is painful, and pain is a poor adviser.

CONTINUES…
"""

CONTINUATION = """\
…CONTINUED

So what follows? Three things, and none of them is a flood.

First, the Authority will now try to find out what the limit is, by asking everyone except the harbour. Expect \
visits to the small towns, and gifts. Expect a survey.

Second, the harbour has to resist the temptation to be understood. It is pleasant to explain oneself. A single \
well-meant interview would undo the work of a year.

Third, somebody ought to buy the Highlands a second gauge. A seat on the commission is worth what one can read \
for oneself, and at the moment they read what they are shown. This is cheap, it is legal, it annoys nobody who \
has nothing to hide, and it would still be useful if all of us turned out to be wrong.

The water is at two metres forty this morning. I counted the steps.
"""

BASEL = r"""
# Why π turns up where there is no circle

Every year somebody asks me what \(\pi\) is doing in

$$\sum_{n=1}^{\infty} \frac{1}{n^2} = \frac{\pi^2}{6}.$$

There is no circle in sight. Here is the answer that convinced *me*, and it fits on a page.

## Euler's bold step

A polynomial is known by its roots. If \(p(0) = 1\) and the roots are \(a_1, \dots, a_k\), then

\[ p(x) = \left(1 - \frac{x}{a_1}\right)\left(1 - \frac{x}{a_2}\right)\cdots\left(1 - \frac{x}{a_k}\right). \]

Euler looked at \(\frac{\sin x}{x}\), which is 1 at the origin and vanishes at \(\pm\pi, \pm 2\pi, \pm 3\pi, \dots\),
and treated it as if it were a polynomial with infinitely many roots:

\[ \frac{\sin x}{x} = \prod_{n=1}^{\infty} \left(1 - \frac{x^2}{n^2\pi^2}\right). \]

Now compare the coefficient of \(x^2\) on both sides. On the left the series of the sine gives \(-\frac{1}{6}\). On
the right, multiplying out, one picks the \(x^2\) from exactly one factor each time:

\[ -\frac{1}{6} = -\sum_{n=1}^{\infty} \frac{1}{n^2 \pi^2}. \]

Multiply by \(-\pi^2\) and you are done. **The circle was in the roots of the sine all along.**

## Trust, but compute

| terms | partial sum | still missing |
|------:|------------:|--------------:|
| 10 | 1.549768 | 0.095166 |
| 100 | 1.634984 | 0.009950 |
| 1000 | 1.643935 | 0.001000 |

The last column is suspiciously close to \(1/N\), and that is no accident[^tail].

```python
from math import pi

def partial(terms: int) -> float:
    # From the small end, so that little is lost to rounding.
    return sum(1 / n**2 for n in range(terms, 0, -1))

for terms in (10, 100, 1000):
    print(terms, round(partial(terms), 6), round(pi**2 / 6 - partial(terms), 6))
```

> The bold step needs a proof, and Weierstrass gave one a century later. But first you have to be bold.

[^tail]: Compare the sum from \(N+1\) on with the integral \(\int_N^\infty \frac{dx}{x^2} = \frac{1}{N}\).

#mathematics #teaching
"""

LIGHTHOUSE = """
# What the keepers wrote down

I have spent the winter with the logbooks of four lighthouses, and I would like to tell you about the weather
they did **not** record.

A keeper had to note wind, visibility and the state of the lamp every four hours. That is 2,190 entries a year, and
most of them say the same thing. But now and then the pen stops being official:

- “Nothing seen. Nothing seen. Geese.” *(March 1884)*
- “Fog so thick the dog would not go out.” *(the same week)*
- “Lamp clean. I have read everything.” *(a January)*

## The gaps

The interesting entries are the missing ones. In all four books, the nights without an entry cluster in the second
week of February. The officials of the day suspected drink. I do not: the tides that week were the highest of
the year, and at three of the four towers the boathouse had to be emptied by hand.

Somebody who is carrying rope does not write “wind: south-west, strong”.

## What I take from it

A record is made by people who had something else to do. When we read one, we should ask what they were doing while
they were not writing. The answer is nearly always *the thing we wanted to know about*.

#history #archives
"""

UKRAINIAN = """
# Записки про журавлів

Щороку наприкінці березня я виходжу на дамбу і чекаю. Цього разу вони прилетіли на шостий день, о пів на сьому ранку, \
і я почув їх раніше, ніж побачив.

Журавлі летять **ключем** не для краси. Кожен птах ловить висхідний потік від крила того, хто попереду, і \
заощаджує до п’ятої частини сил. Найважче першому – тому вони міняються.

Може, це і є все, що треба знати про довгу дорогу: вона коротша, коли мінятися.

#природа #щоденник
"""

ARABIC = """
# في مديح الهامش

كان النسّاخ القدامى يتركون حول النص فراغًا واسعًا، لا إسرافًا في الورق، بل احترامًا لمن سيقرأ بعدهم. في ذلك الفراغ \
كُتبت شروح صارت أحيانًا أهمّ من المتن نفسه.

القراءة حوار مؤجَّل: يكتب أحدهم في قرن، ويجيبه آخر في قرن لا يعرفه. ومن هنا كانت **الهوامش** أقدم شبكة اجتماعية عرفها الناس.

فاتركوا مكانًا لمن يأتي.

#كتب #قراءة
"""

JAPANESE = """
# 雨の音を書きとめる

日本語には雨の名前が多い。「時雨」「村雨」「五月雨」、どれも同じ水なのに、降り方と季節で呼び名が変わる。

去年から毎朝、窓を開けて一分だけ雨を聞き、聞こえたとおりに書いている。\
**ぽつ、ぽつ**と始まり、**しとしと**に変わり、やがて何も書けないほどの音になる。

名前を知ると、聞こえ方が変わる。これは観察というより、たぶん練習なのだと思う。

#日記 #ことば
"""

GERMAN = """
# Vom langsamen Brot

Drei Zutaten, ein Tag. Wer es eilig hat, backt besser Kekse.

1. Abends 500 g Mehl, 350 g Wasser, 10 g Salz und **2 g** Hefe verrühren. Nicht kneten.
2. Zugedeckt stehen lassen, zwölf Stunden, irgendwo bei 19 °C.
3. Morgens viermal falten, eine Stunde ruhen, bei 250 °C im geschlossenen Topf backen.

Die Krume hängt weniger am Rezept als an der Temperatur: Je zehn Grad mehr verdoppeln ungefähr das Tempo der Hefe, \
also \\(t \\approx t_0 \\cdot 2^{-(T - T_0)/10}\\). Meine Küche hat im Winter 16 °C; dann sind es eben fünfzehn Stunden.

#Brot #Küche
"""

BREAD = """
# On slow bread

Three ingredients, one day. Whoever is in a hurry had better bake biscuits.

1. In the evening stir 500 g of flour, 350 g of water, 10 g of salt and **2 g** of yeast. Do not knead.
2. Leave it covered for twelve hours, somewhere around 19 °C.
3. In the morning fold it four times, let it rest for an hour, bake it at 250 °C in a closed pot.

The crumb hangs less on the recipe than on the temperature: ten degrees more double the pace of the yeast, roughly, \
so \\(t \\approx t_0 \\cdot 2^{-(T - T_0)/10}\\). My kitchen has 16 °C in winter; then it takes fifteen hours.

#bread #kitchen
"""

TOOLS = """
# A tiny parser you can hold in your head

People reach for a library when the grammar fits on a napkin. Here is the whole of a calculator, by *precedence
climbing*:

```rust
fn expr(tokens: &mut Tokens, min: u8) -> f64 {
    let mut left = tokens.number();
    while let Some((op, level)) = tokens.operator() {
        if level < min { break; }
        tokens.next();
        let right = expr(tokens, level + 1);
        left = apply(op, left, right);
    }
    left
}
```

That `level + 1` is the entire trick: it makes `8 - 3 - 2` lean to the left, so that it is \\((8-3)-2 = 3\\) and not
\\(8-(3-2) = 7\\). Write `level` instead and subtraction becomes an adventure.

#programming
"""
