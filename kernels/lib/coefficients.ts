/**
 * Coefficients of exp, log, tanh and the inverse normal, the same in every language: all are f32 numbers
 * (round them to f32 before use), polynomials from the highest power down. The fits are minimax ones, made
 * for this file: polynomials by Remez exchange in float64 and the rational one by Lawson's reweighting, then
 * rounded to f32. "Fit" is the largest relative error before rounding; tests/kernels/math.test.ts holds what
 * is reached in f32.
 *
 * This file is plain enough to be both TypeScript and AssemblyScript.
 */

/** exp(x) = 2^n (1 + r + r^2 P(r)), n = round(x log2 e), r = x - n ln2 up to +-ln2 / 2. Fit: 1.1e-7. */
export const exp3 = 0.008312478;
export const exp2 = 0.04189055;
export const exp1 = 0.16667116;
export const exp0 = 0.49999228;
/** Results are normal f32 numbers from here ... */
export const expLowest = -87.33654;
/** ... to here, the last f32 below log(2^128). */
export const expHighest = 88.72283;
export const log2E = 1.442695;
/** ln2 in two parts; a whole number below 2^15 times the first is exact in f32. */
export const ln2High = 0.6933594;
export const ln2Low = -0.00021219444;
/** 1.5 * 2^23: adding it to |x| < 2^22 leaves round(x) in the lowest bits. */
export const roundingShift = 12582912.0;

/** log(2^e (1 + f)) = e ln2 + f - f^2 / 2 + f^3 P(f), 1 + f from sqrt(1/2) to sqrt(2). Fit: 5.4e-8. */
export const logSplit = 0.70710677;
export const log6 = 0.08799641;
export const log5 = -0.14065933;
export const log4 = 0.14781217;
export const log3 = -0.1660031;
export const log2 = 0.19979887;
export const log1 = -0.25000766;
export const log0 = 0.33333388;

/** tanh(x) = x P(x^2) / Q(x^2), |x| cut at tanhLimit; P and Q end in 1. Fit: 5.7e-9. */
export const tanhLimit = 7.905311;
export const tanhP4 = 1.54174e-8;
export const tanhP3 = 2.2016395e-5;
export const tanhP2 = 0.003578599;
export const tanhP1 = 0.13450295;
export const tanhQ4 = 8.594705e-7;
export const tanhQ3 = 0.0003422993;
export const tanhQ2 = 0.026190761;
export const tanhQ1 = 0.46783623;

/**
 * Inverse normal of u: (2u - 1) P(w), w = -log(4 u (1 - u)), the form of Giles (2010), "Approximating the
 * erfinv function", GPU Computing Gems 2. For w < normalSplit P is a polynomial in w - normalCentre: fit
 * 2.7e-7 relative.
 */
export const normalSplit = 5.0;
export const normalCentre = 2.5;
export const normal7 = 4.463723e-7;
export const normal6 = -4.505521e-6;
export const normal5 = -5.790066e-6;
export const normal4 = 0.00030735956;
export const normal3 = -0.0017743169;
export const normal2 = -0.005906122;
export const normal1 = 0.34880364;
export const normal0 = 2.1233132;

/** From there to w = 15.26 (u = 2^-24) it is a polynomial in sqrt(w) - tailCentre: fit 1.9e-7. */
export const tailCentre = 3.0;
export const tail6 = 0.0015240398;
export const tail5 = -0.005053673;
export const tail4 = 0.008286653;
export const tail3 = -0.010817399;
export const tail2 = 0.013323646;
export const tail1 = 1.4165833;
export const tail0 = 4.006435;
