"""What is said to each slip; S stands for whatever average the exercise has."""

import re

SAYINGS = {
    "beta and 1-beta swapped": (
        "Were β and 1 − β exchanged? The old S keeps the large weight β, what is new the small one."
    ),
    "gradient not squared": (
        "Is S an average of g instead of g²? Then it can be negative, and its root doesn't exist."
    ),
    "absolute value instead of square": "Is S made of |g|? It is made of the square, g².",
    "square of the average": (
        "Is g averaged first, and the average squared? First square, then average: βS + (1 − β)g²."
    ),
    "no square root": (
        "Was the root left out? The step divides by √(S + ε); S itself has the unit of g²."
    ),
    "root taken twice": "Is there a second root? One is enough: g/√(S + ε) has no unit.",
    "previous S used": (
        "Is the step made with the S from before this update? Update S first, then use it; "
        "otherwise the first step divides by √ε."
    ),
    "S restarted at each step": (
        "Is the old S dropped, or set to 0 inside the function? S has to carry over, with the "
        "weight β."
    ),
    "sum instead of average": (
        "Is S a sum? Adagrad adds up; an average forgets: β times the old S, 1 − β times what is "
        "new."
    ),
    "old S not decayed": "Is the old S kept in full, perhaps by += for =? It is multiplied by β.",
    "1-beta left out": (
        "Was (1 − β) left out? Without it S grows to 1/(1 − β) times what it should be."
    ),
    "bracket missing around 1-beta": (
        "Are there brackets missing in (1 - beta) * grad**2? Python multiplies first."
    ),
    "beta applied twice": (
        "Does β act twice, by a bracket too wide or by updating S twice in one call?"
    ),
    "1-beta squared": "Is (1 − β) squared, perhaps together with g? It stands there as it is.",
    "mean over the parameters": (
        "Do all parameters share one S? Each has its own: no mean over the coordinates."
    ),
    "norm of the gradient": (
        "Was the norm of the gradient taken? All operations are elementwise: no sum over the "
        "coordinates."
    ),
    "largest gradient for all": "Do all parameters share the largest g²? Each has its own S.",
    "maximum instead of average": ("Is S a maximum? (AdaMax does that.) The two terms are added."),
    "S never falls": (
        "Is the larger of old and new S kept? (AMSGrad does that.) Here S may fall again."
    ),
    "S starts from the gradient": (
        "Is a zero in S replaced by the first g²? Here S starts at the zero it is given."
    ),
    "epsilon kept in S": (
        "Does ε become part of S, to be averaged again? Add it only in the denominator."
    ),
    "plain gradient descent": "Isn't the step divided at all? It is divided by √(S + ε).",
    "momentum instead": (
        "Is the average of g used as the step? That is momentum; S is made of g², and its root "
        "divides."
    ),
    "sign flipped": "Is the step added? Going down means subtracting it.",
    "sign of the gradient": (
        "Is g divided by its own size? Then only its sign is left; divide by √(S + ε)."
    ),
    "multiplied by the root": "Is the step multiplied by √(S + ε)? It is divided by it.",
    "fraction upside down": (
        "Is the fraction upside down? The gradient is on top, √(S + ε) below."
    ),
    "square of g in the step": (
        "Is g squared in the step as well? There it is g itself, with its sign."
    ),
    "root of g instead of S": "Is the root taken of g? It belongs around S + ε.",
    "logarithm instead of root": "Is there a logarithm in the denominator? It is a square root.",
    "1 added to S": "Is 1 added in the denominator? It is ε, and ε is tiny.",
    "epsilon missing": (
        "Was ε left out? A parameter whose gradient has always been zero is then 0/0."
    ),
    "epsilon replaced by a guard": (
        "Is the case S = 0 treated apart, instead of adding ε? Then tiny gradients still make"
        " full steps."
    ),
    "epsilon added to theta": (
        "Is ε added after the division? A bracket is missing: it belongs into the denominator."
    ),
    "epsilon squared": "Is ε squared? Inside the root it is ε itself.",
    "root of epsilon": "Are the roots taken apart? √S + √ε isn't √(S + ε).",
    "epsilon twice": "Is ε inside the root and outside as well? Once is enough.",
    "epsilon subtracted": "Is ε subtracted? It is added, so that the denominator can't be zero.",
    "epsilon hard-coded": "Does ε come from the function itself? Use the argument epsilon.",
    "beta hard-coded": "Does β come from the function itself? Use the argument beta.",
    "beta1 hard-coded": "Does β₁ come from the function itself? Use the argument beta1.",
    "beta2 hard-coded": "Does β₂ come from the function itself? Use the argument beta2.",
    "learning rate hard-coded": (
        "Does η come from the function itself? Use the argument learning_rate."
    ),
    "learning rate left out": "Was the learning rate left out?",
    "learning rate squared": "Does the learning rate act twice?",
    "learning rate under the root": (
        "Did the learning rate slip under the root? It is a factor in front: η·g/√(S + ε)."
    ),
    "divided by the learning rate": (
        "Did the learning rate slip into the denominator? It is a factor in front."
    ),
    "1-beta in the step": "Does (1 − β) multiply the step too? It belongs into the average only.",
    "theta decayed": "Is θ multiplied by β, 1 − β or 1 − η? The new θ is θ − step.",
    "theta in place of the gradient": (
        "Was θ used where the gradient is meant? (For L = θ²/2 they are the same, so that the"
        " worked table can't show it.)"
    ),
    "gradient clipped": "Is the gradient clipped? Here it is taken as it is, however large.",
    "step clipped": (
        "Is the step limited? It is made as it is; it may be larger than η, above all at first."
    ),
    "rounded": (
        "Are the numbers rounded (round, // or int)? Keep all digits; round only what you print."
    ),
    "momentum as well": (
        "Does the function keep a velocity besides S? There is none here; lesson 09 has RMSprop "
        "with momentum."
    ),
    "average of g in the numerator": (
        "Is g averaged as well? That is Adam's way; here the numerator is g itself."
    ),
    "centred": (
        "Is the squared mean of g subtracted from S? That is the centred form (lesson 09)."
    ),
    "bias correction from t = 0": (
        "Is S divided by 1 − βᵗ with t = 0 in the first step? That is a division by zero: "
        "count from 1."
    ),
    "S returned before the update": (
        "Is the S that is returned the old one? Return the one you just computed."
    ),
    "root of S returned": "Is the root returned in place of S? The next update needs S itself.",
    "root kept in S": (
        "Is the root taken in S already? S is kept without it; the root is for the step."
    ),
    "theta not updated": "Is the θ that is returned the old one? Return the one after the step.",
    "step instead of theta": "Is the step returned in place of θ? Subtract it from θ.",
    "wrong order returned": "Are the two returned in the wrong order? First θ, then S.",
    "only theta returned": (
        "Is only θ returned? The caller needs S for the next update: return theta, S."
    ),
    "only S returned": "Is only S returned? Return both: theta, S.",
    "doubled instead of squared": (
        "Is g doubled where it should be squared? `*` for `**`: write grad**2."
    ),
    "root of g averaged": "Is S made of a root of g? It is made of the square, g².",
    "higher power of g": "Is g raised to a higher power in S? It is the square, g².",
    "scaled gradient averaged": (
        "Was g divided by the root before it was squared? S is made of the square of g itself."
    ),
    "learning rate in the average": (
        "Does η stand in S? S is made of g² alone; η belongs in the step."
    ),
    "weight decay": "Is a share of θ mixed in (weight decay)? The step has only the gradient.",
    "mean of g subtracted": (
        "Is a mean of g subtracted from the gradient? Here g is taken as it is; the centred "
        "form subtracts m² from S."
    ),
    "no average at all": "Is S only what is new? The old S stays in, with the weight β.",
    "beta on both terms": "Do both terms have the weight β? What is new has 1 − β.",
    "1-beta on both terms": "Do both terms have the weight 1 − β? The old S has β.",
    "1-beta on the wrong term": (
        "Does 1 − β stand before the old S? There it is β; 1 − β belongs to what is new."
    ),
    "1-S in place of 1-beta": "Does 1 − S stand where 1 − β is meant? Two names were confused.",
    "learning rate in place of beta": (
        "Does η stand in S, where β is meant? Two settings were confused."
    ),
    "epsilon in place of beta": (
        "Does ε stand in S, where β is meant? Two settings were confused."
    ),
    "bracket too wide": (
        "Is a bracket too wide? What is new is multiplied by (1 − β) only, and the old S by β."
    ),
    "minus instead of plus": "Is there a minus between the two terms of S? They are added.",
    "times instead of plus": "Are the two terms of S multiplied? They are added.",
    "old S squared": "Is the old S squared? It is made of squares already.",
    "root of the old S": (
        "Is there a root of the old S inside the average? The root is taken in the step only."
    ),
    "power of beta": "Is β raised to the power t in S? There it is β itself, at every step.",
    "mean over all calls": (
        "Is S a plain mean of all calls? It is to forget: β times the old S, 1 − β times what is "
        "new."
    ),
    "correction kept in S": (
        "Is S kept after its bias was corrected? The next update needs the plain average."
    ),
    "power t missing, kept in S": (
        "Is S divided by 1 − β before it is kept? The plain average is kept."
    ),
    "S set to zero": "Is the S that is returned zero? It is the new average.",
    "g returned in place of S": "Is g returned where S is meant?",
    "keeps state": (
        "Is the S that is given not used, but one that the function keeps itself? Use the "
        "argument S: each parameter has its own."
    ),
    "S starts at epsilon": (
        "Is a zero in S replaced by ε? Here S starts at the zero it is given; ε is added in "
        "the denominator."
    ),
    "S starts elsewhere": (
        "Is a zero in S replaced by another number? Here S starts at the zero it is given."
    ),
    "bias correction from t = 2": (
        "Is S divided by 1 − βᵗ with t = 2 in the first step? Count from 1."
    ),
    "power t left out": (
        "Was the power t left out of the bias correction, so that it divides by 1 − β at every "
        "step? It is 1 − βᵗ, with the number t of the step."
    ),
    "bias correction multiplied": "Is S multiplied by 1 − βᵗ? The bias correction divides by it.",
    "beta times t in the correction": "Is it β·t in the bias correction? It is a power, beta**t.",
    "plus in the bias correction": "Is S divided by 1 + βᵗ? It is 1 − βᵗ.",
    "divided by the power": "Is S divided by βᵗ? In the bias correction it is 1 − βᵗ.",
    "power of 1-beta": "Is the power outside the bracket? It is 1 − βᵗ, not (1 − β)ᵗ.",
    "root of the correction": (
        "Is there a root around 1 − βᵗ under the root already? S itself is divided by 1 − βᵗ."
    ),
    "correction squared": "Does the power of the bias correction not fit? It is 1 − βᵗ.",
    "brackets missing in the correction": (
        "Are there brackets missing in S / (1 - beta**t)? Python divides first."
    ),
    "S shared in the step": (
        "Do all parameters share one S in the step? Each is divided by the root of its own."
    ),
    "square instead of root": "Is S squared in the denominator? It is a square root.",
    "other power instead of root": "Is it another root or power of S? It is the square root.",
    "brackets missing in the power": (
        "Is the power 1/2 without brackets? `**1/2` halves: write **0.5 or np.sqrt."
    ),
    "multiplied by epsilon": "Is S multiplied by ε? ε is added.",
    "epsilon averaged with S": "Is ε multiplied by 1 − β? It is added as it is.",
    "another setting in place of epsilon": "Does another setting stand where ε is meant?",
    "a counter in place of epsilon": (
        "Does something that grows with the steps stand where ε is meant?"
    ),
    "exponential instead of root": (
        "Is there an exponential in the denominator? It is a square root."
    ),
    "multiplied by S": "Is the step multiplied by S? It is divided by √(S + ε).",
    "theta in the denominator": "Does θ stand in the denominator? It is √(S + ε).",
    "gradient left out of the step": (
        "Is g left out of the step? What is there is the rate; the step is the rate times g."
    ),
    "absolute value in the step": (
        "Does |g| stand in the step? There it is g itself, with its sign."
    ),
    "sign of g in the step": "Does the sign of g stand in the step? There it is g itself.",
    "S in the numerator": "Does S stand in the numerator of the step? There it is g.",
    "old S in the numerator": "Does the old S stand in the numerator of the step? There it is g.",
    "factor 2 in the step": "Is there a factor 2 or ½ in the step? None belongs there.",
    "gradient normalised": "Is g divided by its length? Here it is taken as it is.",
    "mean of g in the step": (
        "Do all parameters share one gradient in the step? Each has its own."
    ),
    "beta in the step": "Does β multiply the step? It belongs into the average only.",
    "a tenth of the step": "Is the step ten times too small, whatever η is?",
    "beta in place of the learning rate": "Does β stand where η is meant?",
    "epsilon for the learning rate": "Does ε stand where η is meant?",
    "learning rate falls by itself": (
        "Does η become smaller from step to step? The rate that is given is to be used as it is."
    ),
    "learning rate overwritten": (
        "Is the rate of the last step kept and divided again? Each step starts from the η "
        "that is given."
    ),
    "bias correction of the whole step": (
        "Is the step divided by 1 − βᵗ? RMSprop's step isn't corrected; a bias correction of "
        "S stands under the root."
    ),
    "learning rate times theta": "Is θ multiplied by η too? Only the step is.",
    "step subtracted from the gradient": (
        "Is the step subtracted from g? It is subtracted from θ."
    ),
    "step subtracted from S": "Is the step subtracted from S? It is subtracted from θ.",
    "subtracted the wrong way round": (
        "Is θ subtracted from the step? It is the other way round: θ − step."
    ),
    "theta twice": (
        "Does θ come in twice (`theta -= theta - …`, or `+=` for `=`)? The new θ is θ − step."
    ),
    "plain step as well": (
        "Is a step of plain gradient descent made as well? There is only one step."
    ),
    "only the last parameter moves": (
        "Does only the last parameter move? A line of the loop stands outside it."
    ),
    "only the first parameter moves": (
        "Does only the first parameter move? Is there a return inside the loop?"
    ),
    "one step for all parameters": "Do all parameters make the same step? Each has its own.",
    "bracket around the whole update": (
        "Is a bracket too wide, so that θ is divided too? Only g is divided by √(S + ε)."
    ),
    "S never updated": "Is the old S used and returned? Update it first, then use and return it.",
    "S as the step": "Is S itself used as the step? The step is η·g/√(S + ε).",
    "arguments in another order": (
        "Are some arguments exchanged, where they are used or in the line with `def`? The check "
        "gives them by position, in the stub's order."
    ),
    "bracket around the sum": "Is a bracket too wide? Only g is squared: G + g².",
    "average instead of sum": "Is S an average that forgets? That is RMSprop; Adagrad adds up.",
    "G restarted": "Is the old G dropped? Adagrad adds up all squared gradients.",
    "old G decayed": "Is the old G multiplied by a number? Adagrad forgets nothing: G + g².",
    "G added to itself": "Is G added to itself, perhaps by += for =? It is G + g².",
    "maximum instead of sum": "Is G a maximum? Adagrad adds up.",
    "mean instead of sum": (
        "Is the root taken of the mean of the g²? Adagrad takes it of their sum."
    ),
    "old G used": "Is the step made with the old G? Update G first; otherwise it divides by ε.",
    "one G for all": "Do all parameters share one G? Each has its own.",
    "gradient squared": "Is g squared? Momentum keeps the sign of the gradient.",
    "absolute value instead of g": (
        "Does |g| enter the velocity? Momentum keeps the sign of the gradient."
    ),
    "velocity restarted": "Is the old velocity dropped? Then it is plain gradient descent.",
    "velocity not decayed": "Was β left out? Without it the ball never slows down.",
    "beta on the gradient": (
        "Does β stand before the gradient? It belongs before the old velocity."
    ),
    "1-beta before the velocity": "Does 1 − β stand before the old velocity? There it is β.",
    "velocity added to itself": (
        "Is the velocity added to itself, perhaps by += for =? It is βv + g."
    ),
    "learning rate on the velocity": (
        "Does η multiply the old velocity too? It is multiplied by β only."
    ),
    "velocity starts differently": (
        "Is a velocity of zero treated apart? The first velocity follows the same rule: βv + g."
    ),
    "velocity returned before the update": (
        "Is the v that is returned the old one? Return the one you just computed."
    ),
    "velocity never updated": "Is the old v used and returned? First update it: βv + g.",
    "old velocity used": "Is the step made with the old v? Update v first.",
    "gradient in place of the velocity": "Is the step made with g alone? It is η·v.",
    "sign flipped in the look-ahead": (
        "Is the look-ahead subtracted? A sign or a bracket is off: Nesterov's step is η(g + "
        "βv), subtracted as a whole."
    ),
    "velocity and gradient": "Does the gradient come in twice? The velocity has it already.",
    "look-ahead with the new velocity": (
        "Does the new v stand where this form of Nesterov's step has the old one? With the new v "
        "the step is η(g + βv)."
    ),
    "velocity twice in the look-ahead": (
        "Is the step (1 + β) times the velocity? Nesterov's step is η(g + βv), with the gradient "
        "in front."
    ),
    "velocity squared": "Is v squared in the step? The step is η·v.",
    "learning rate twice": "Does η act twice, in the velocity and in the step?",
    "1-beta twice": "Does 1 − β act twice?",
    "divided by 1-beta": "Is the step divided by 1 − β? The heavy ball's step is η·v.",
    "t from 0": "Is t − 1 in the power? t counts from 1 already.",
    "t one too large": "Is t + 1 in the power? t counts from 1 already.",
    "no bias correction": (
        "Was the bias correction left out? Divide m by 1 − β₁ᵗ and v by 1 − β₂ᵗ."
    ),
    "only m corrected": "Is only m corrected? v needs it as well.",
    "only v corrected": "Is only v corrected? m needs it as well.",
    "betas exchanged": "Were β₁ and β₂ exchanged? β₁ belongs to m, β₂ to v.",
    "the other beta in one place": (
        "Does the other β stand in one place of an average? β₁ belongs to m, β₂ to v, in both"
        " terms."
    ),
    "corrected averages returned": (
        "Is m or v returned with its bias corrected? The next update needs the plain ones."
    ),
    "m of the squared gradient": "Is m an average of g²? It averages g.",
    "absolute value in m": "Does m average |g|? It averages g itself, with its sign.",
    "v of the plain gradient": "Is S an average of g? It averages g².",
    "m in place of the gradient": "Does S average m²? It averages g².",
    "corrected twice": "Is the bias corrected twice, in m and v and in the rate? Once is enough.",
    "root of the correction forgotten": (
        "Is the root of 1 − β₂ᵗ missing in the rate? In that form it is η·√(1 − β₂ᵗ)/(1 − β₁ᵗ)."
    ),
    "correction upside down": (
        "Is the correction of the rate upside down? It is η·√(1 − β₂ᵗ)/(1 − β₁ᵗ)."
    ),
    "old m used": "Is the step made with the old m? Update m first.",
    "old v used": "Is the step made with the old v? Update v first.",
    "gradient in the numerator": (
        "Is g itself in the numerator? That is RMSprop with bias correction; Adam uses m."
    ),
    "look-ahead in the numerator": (
        "Is g mixed into the numerator once more? Nadam does that; Adam's numerator is m̂ alone."
    ),
    "step not squared": "Is the step squared before it enters E_x?",
    "E_x of the gradient": "Does E_x average g²? It averages the squared step.",
    "theta in E_x": "Does E_x average θ²? It averages the squared step.",
    "step times g in E_x": "Does E_x average the step times g? It averages the squared step.",
    "step without its gradient": (
        "Does E_x average the rate? It averages the squared step, with g in it."
    ),
    "E_x never updated": "Is E_x never updated?",
    "E_x updated first": (
        "Is E_x updated before the step? It averages the squared steps, and this step enters "
        "after it was made."
    ),
    "E_x starts elsewhere": (
        "Is a zero in E_x replaced by another number? ε alone starts the movement."
    ),
    "epsilon outside the roots": (
        "Is ε outside the roots? Here it sets how the movement starts, so its place matters."
    ),
    "epsilon missing above": "Was ε left out in the numerator? Then nothing ever moves.",
    "epsilon as a floor below": "Is ε a lower bound in the denominator? It is added.",
    "epsilon as a floor above": "Is ε a lower bound in the numerator? It is added.",
    "root left out above": "Was the root left out in the numerator?",
    "root left out below": "Was the root left out in the denominator?",
    "roots left out": "Were the roots left out?",
    "root taken twice above": "Is there a second root in the numerator?",
    "root around the whole fraction": (
        "Is there a root around the whole fraction, so that E_g has two? Each average has one."
    ),
    "brackets missing in the fraction": (
        "Are brackets missing in the fraction under the root? Python divides before it adds: "
        "(E_x + ε) / (E_g + ε)."
    ),
    "E_x left out of the step": (
        "Is E_x left out of the step? The RMS of the past steps takes the place of η."
    ),
    "E_g left out of the step": (
        "Is E_g left out of the step? It divides by the RMS of the gradients."
    ),
    "E_x below": "Does E_x stand below? The RMS of the steps is on top.",
    "E_g above": "Does E_g stand on top? The RMS of the gradients is below.",
    "1-rho in the step": "Does 1 − ρ multiply the step too? It belongs into the averages only.",
    "rho in the step": "Does ρ multiply the step? It belongs into the averages only.",
    "a learning rate as well": "Is there a learning rate as well? Adadelta has none.",
    "old E_g used": "Is the step made with the old E_g? Update E_g first.",
    "mean not subtracted": "Is m computed, but never used? Subtract m² from S.",
    "mean not squared": "Is m subtracted without its square? S has the unit of g².",
    "mean squared in the average": "Does m average g²? It averages g.",
    "mean added": "Is m² added? The variance is S − m².",
    "mean subtracted outside the root": (
        "Is m subtracted after the root? It is m², and under the root."
    ),
    "difference squared": "Is the difference squared? Only m is.",
    "old mean used": "Is the old m used? Update it first.",
    "m returned before the update": (
        "Is the m that is returned the old one? Return the one you just computed."
    ),
    "m never updated": "Is m never updated? It averages g: βm + (1 − β)g.",
    "v returned before the update": (
        "Is the v that is returned the old one? Return the one you just computed."
    ),
    "v never updated": "Is v never updated? It averages g²: βv + (1 − β)g².",
    "variance kept as S": "Is S − m² returned as S? The next update needs S itself.",
    "difference the wrong way round": "Is S subtracted from m²? The variance is S − m².",
    "absolute value of the difference": (
        "Is the absolute value of S − m² taken? It can't be negative but by rounding."
    ),
    "gradient in place of the mean": "Is g² subtracted from S? It is m², the square of the mean.",
    "mean in the numerator": "Does m stand in the numerator? There it is g.",
    "mean subtracted from the gradient": (
        "Is the mean subtracted from the gradient? It is subtracted from S, as m²."
    ),
    "PyTorch's default": "Is the default of beta 0.99? That is PyTorch's; here it is 0.9.",
    "another default of beta": "Is the default of beta another one? Here it is 0.9.",
    "another default of epsilon": "Is the default of epsilon another one? Here it is 1e-8.",
    "settings ignored": "Are beta and epsilon taken, but not used?",
    "one S for all objects": (
        "Do two optimisers share one S? Set self.S in __init__, not in the class."
    ),
    "step returned": "Is it the step that is returned? Return the new θ.",
    "S starts at 1": (
        "Does S start at 1? (RMSprop in TensorFlow 1 did that.) Here it starts at 0."
    ),
    "S starts from theta": "Does S start from θ? It starts at 0.",
    "S starts at the gradient": "Does S start at g²? It starts at 0.",
    "theta_0 left at 0": (
        "Is the first entry still the 0 that np.zeros put there? It is θ₀: thetas[0] = theta."
    ),
    "factor 2 in the gradient": "Is the gradient 2θ? The ½ of the loss cancels the 2.",
    "loss taken for the gradient": "Is the gradient θ²/2? That is the loss; its derivative is θ.",
    "gradient never renewed": "Is the gradient taken once, before the loop? It changes with θ.",
}


def say(name, average="S"):
    """What is said to a slip in an exercise whose average has another name."""
    return re.sub(r"(?<![A-Za-z_.])S(?!\w)", average, SAYINGS[name])  # also in βS
