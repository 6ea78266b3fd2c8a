/**
 * The only script on a page without a demo: keeps the reader's choice of light or dark, and nothing where it is the
 * system's own. It stands in the head, so that no page flashes in the other theme.
 */
export const themeScript = `(()=>{
let r=document.documentElement,k='wallclock-theme',s=matchMedia('(prefers-color-scheme:dark)'),t
try{t=localStorage.getItem(k)}catch{}
let f=()=>t==='light'||t==='dark'?r.dataset.theme=t:delete r.dataset.theme
f()
addEventListener('storage',e=>{if(e.key===k){t=e.newValue;f()}})
addEventListener('click',e=>{
if(!e.target.closest?.('[data-theme-toggle]'))return
let d=(r.dataset.theme||(s.matches?'dark':'light'))==='light'
t=d===s.matches?null:d?'dark':'light'
f()
try{t?localStorage.setItem(k,t):localStorage.removeItem(k)}catch{}
})
})()`;
