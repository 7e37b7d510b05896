"""Ports of the world by UN/LOCODE: a table, nothing else.

Source: World Port Index (Pub. 150), National Geospatial-Intelligence Agency, United States; a work
of the US government, in the public domain. Kept of each port that has a code: the code, latitude
and longitude in degrees (to the minute, as printed there), the main and the alternate names.
Several entries of one code are one line. The index's own codes stand, also where the UN list has
another: `locodes` knows those that matter here.
"""

from __future__ import annotations

WORLD_PORTS = """\
AEAJM 25.417 55.433 Ajman
AEAUH 24.500 54.333 Abu Zaby; Abu Dhabi; Mina Zayed
AEDAS 25.150 52.867 Jazirat Das
AEDXB 25.267 55.300 Dubayy; Dubai; Mina Rashid
AEFAT 25.583 54.417 Fateh Oil Terminal
AEHAM 25.467 55.483 Al Hamriyah Lpg Terminal
AEHTL 25.983 55.933 Hulaylah Oil Terminal
AEJAZ 25.717 55.783 Al Jazeera Port; Al Jazirah Port
AEJEA 25.017 55.050 Mina Jabal Ali; Mina Jebel Ali
AEJED 24.200 52.700 Jabal Az Zannah/ruways; Jabal Dhanna/ruways
AEKLF 25.363 56.369 Khawr Fakkan; Khor Fakkan
AEMBS 24.433 53.517 Mubarraz Oil Terminal
AEMSA 25.983 56.050 Mina Saqr; Ras Al Khaimah
AEQIW 25.583 55.583 Umm Al Qaywayn; Ahmed Bin Rashid; Umm Al Quwain
AESHJ 25.417 55.367 Ash Shariqah; Mina Khalid; Sharjah
AEULR 24.450 54.483 Umm An Nar
AEZUR 25.017 53.000 Zirkuh; Zirkuh Petroleum Port; Zirk; Zirkuh Oil Field; Az Zarqa Petroleum Port
AGSJO 17.117 -61.850 St Johns
ALDRZ 41.317 19.450 Durres; Durazzo
ALSHG 41.817 19.600 Shengjin; San Giovani Di Medua
ALVOA 40.467 19.500 Vlores
AOAZZ -7.833 13.100 Porto Do Ambriz
AOCAB -5.533 12.200 Cabinda; Kabinda
AODAL -7.683 11.767 Dalia Terminal
AOFLT -5.450 12.183 Futila Terminal
AOGIR -7.650 11.683 Girassol Terminal
AOGPO -7.833 12.100 Greater Plutonio Terminal
AOKOT -5.467 11.500 Kuito Oil Field
AOLAD -8.800 13.250 Luanda
AOLOB -12.333 13.567 Lobito
AOMAL -5.433 12.083 Malongo Oil Terminal
AOMSZ -15.200 12.150 Namibe; Mocamedes
AONDD -11.200 13.833 Sumbe; Gunza-Kabolo; Nova Redonda
AOPAT -6.950 12.400 Palanca Terminal
AOPBN -10.733 13.750 Porto Amboim
AOSZA -6.117 12.333 Soyo Angola Lng Terminal; Soyo
AOTAK -5.217 11.783 Takula Terminal
AQMCM -77.850 166.650 Mcmurdo Station
AQPFS -62.950 -60.633 Port Foster
ARBHI -38.783 -62.267 Bahia Blanca
ARBSB -40.567 -62.233 San Blas
ARBUE -34.600 -58.367 Buenos Aires
ARCMP -34.150 -58.967 Campana
ARCOC -31.400 -58.033 Concordia
ARCOL -32.217 -58.133 Colon
ARCOU -32.483 -58.233 Concepcion Del Uruguay
ARCRD -45.867 -67.467 Comodoro Rivadavia
ARDME -32.067 -60.650 Diamante
ARIBY -33.750 -59.183 Puerto Ibicuy
ARINW -38.800 -62.267 Puerto Ingeniero White
ARLPG -34.833 -57.883 La Plata; Eva Peron
ARMDQ -38.033 -57.533 Mar Del Plata; Puerto Mar Del Plata
ARPBG -38.883 -62.100 Puerto Belgrano; Punta Alta
ARPGV -38.783 -62.300 Puerto Galvan
ARPMY -42.767 -65.033 Puerto Madryn; Port Madryn
ARPNL -38.800 -62.283 Puerto Nacional
ARPRA -31.717 -60.533 Parana
ARPRS -38.933 -62.067 Puerto Rosales; Puerto Arroyo Pareja; Puerto Pareja
ARPUD -47.750 -65.900 Puerto Deseado
ARQQN -38.583 -58.700 Quequen; Necochea
ARRAM -33.483 -60.017 Ramallo
ARRGA -53.783 -67.683 Rio Grande
ARRGL -51.617 -68.967 Puerto Gallegos; Rio Gallegos
ARROS -32.950 -60.633 Rosario
ARRZA -50.017 -68.517 Puerto Santa Cruz
ARSFN -31.650 -60.700 Santa Fe
ARSJL -49.317 -67.700 Puerto San Julian; Chokrak
ARSLO -32.750 -60.733 San Lorenzo
ARSMA -32.717 -60.733 Puerto San Martin; San Martin
ARSNS -33.333 -60.233 San Nicolas
ARSPD -33.583 -59.817 San Pedro; Puerto Obligado
ARSSN -53.167 -68.500 San Sebastian Bay
ARUSH -54.817 -68.300 Ushuaia
ARVCN -33.233 -60.333 Villa Constitucion
ARZAE -34.083 -59.033 Zarate
ASPPG -14.283 -170.667 Pago Pago Harbor
AUALH -35.033 117.883 Albany; Princess Royal Harbor
AUARD -34.433 137.917 Ardrossan
AUBDB -24.867 152.350 Bundaberg
AUBME -17.967 122.233 Broome
AUBNE -27.467 153.033 Brisbane
AUBNK -28.867 153.567 Ballina
AUBTB -34.000 151.233 Botany Bay
AUBUY -33.317 115.633 Bunbury
AUBWT -41.050 145.950 Burnie
AUBYP -41.150 146.817 Beauty Point
AUCCU -24.217 113.383 Cape Cuvier
AUCNS -16.917 145.783 Cairns
AUCQP -14.950 145.350 Cape Flattery Harbor
AUDAM -20.633 116.717 Dampier
AUDPO -41.183 146.367 Devonport
AUDRW -12.471 130.848 Darwin
AUEPR -33.867 121.900 Esperance
AUFRE -32.050 115.750 Fremantle
AUGET -28.783 114.600 Geraldton
AUGEX -38.150 144.367 Geelong
AUGLT -23.850 151.250 Gladstone; Port Curtis
AUGOV -12.200 136.700 Gove
AUHBA -42.883 147.333 Hobart
AUHPT -21.283 149.300 Hay Point
AUJEB -35.117 150.800 Jervis Bay
AUKGC -35.633 137.633 Kingscote
AUKLP -34.967 137.767 Klein Point
AUKRB -17.483 140.833 Karumba
AULST -41.450 147.117 Launceston
AULUC -18.517 146.333 Lucinda
AUMEL -37.833 144.967 Melbourne
AUMIB -13.867 136.417 Milner Bay
AUMKY -21.117 149.217 Mackay
AUMOU -17.600 146.133 Mourilyan Harbour
AUNTL -32.917 151.783 Newcastle
AUONS -21.650 115.100 Onslow
AUPAE -34.850 138.500 Port Adelaide
AUPBY -33.017 137.767 Port Bonython; Stony Point
AUPGI -35.033 137.767 Port Giles
AUPHE -20.317 118.583 Port Hedland
AUPHU -43.167 146.983 Port Huon
AUPKL -34.483 150.917 Port Kembla
AUPLA -40.833 145.383 Port Latta
AUPLO -34.717 135.850 Port Lincoln
AUPPI -33.183 138.017 Port Pirie
AUPTD -41.133 146.833 Port Dalrymple
AUPTJ -38.333 141.600 Portland
AUPTL -23.583 150.850 Port Alma
AUPWL -20.650 117.183 Port Walcott; Cossack; Samson Point
AUQBW -35.700 150.167 Batemans Bay
AUQDN -37.067 149.917 Eden
AUSTA -40.767 145.283 Stanley
AUSYD -33.867 151.200 Sydney
AUTHE -32.167 133.650 Thevenard
AUTIS -10.583 142.217 Thursday Island; Port Kennedy
AUTSV -19.267 146.817 Townsville
AUUSL -26.083 113.400 Useless Loop
AUWAL -33.933 137.617 Wallaroo
AUWEI -12.667 141.867 Weipa
AUWEP -38.350 145.233 Western Port; Hastings
AUWHL -38.700 146.467 Welshpool; Port Wellshpool
AUWMB -38.400 142.483 Warrnambool
AUWYA -33.033 137.583 Whyalla
AUWYN -15.467 128.100 Wyndham
AWORJ 12.517 -70.033 Paarden Baai - (Oranjestad)
AWSNL 12.433 -69.917 Sint Nicolaas Baai; Sint Nicolaashaven; St Nicolass
BANEM 42.917 17.600 Neum
BBBGI 13.100 -59.633 Bridgetown
BDCGP 22.317 91.817 Chittagong
BDMGL 22.467 89.600 Mongla; Chalna Bazar
BEANR 51.217 4.400 Antwerpen; Antwerp; Anvers
BEBGS 51.233 3.217 Bruges
BEBRU 50.867 4.350 Bruxelles; Brussels
BEGNE 51.067 3.733 Ghent
BENIE 51.133 2.750 Nieuwpoort
BEOST 51.233 2.917 Oostende; Ostend
BEZEE 51.333 3.200 Zeebrugge
BGBOJ 42.483 27.483 Burgas; Burghaz; Druiba
BGVAR 43.183 27.967 Varna; Stalin
BHAMH 26.233 50.583 Al Manamah
BHKBS 26.250 50.750 Khalifa Bin Salman
BHMIN 26.200 50.633 Mina Salman; Khor Kaliya
BHSIT 26.167 50.667 Sitrah; Jazirat Sitrah
BJCOO 6.350 2.433 Cotonou; Appi; Kentou; Kotonu
BLGUS 17.900 -62.850 Gustavia; Port De Gustavia
BMBDA 32.300 -64.783 Hamilton
BMFPT 32.317 -64.833 Freeport; Ireland Island
BMSGE 32.383 -64.683 St George; Saint George's Harbor
BNBWN 4.883 114.883 Bandar Seri Begawan
BNKUB 4.633 114.200 Kuala Belait
BNLUM 4.717 114.450 Lumut
BNMUA 5.033 115.067 Muara Harbor; Brooketon
BNSER 4.617 114.317 Seria Oil Loading Terminal
BQGOT 12.217 -68.383 Goto Oil Terminal
BQKRA 12.150 -68.283 Kralendijk; Bonaise; Bopec Terminal
BQORA 17.483 -62.983 Oranjestad; Orange Baai; Orange Stad
BRADR -23.017 -44.317 Angra Dos Reis
BRAJU -10.917 -37.050 Port De Aracaju; Carmopolis
BRARB -12.783 -38.500 Aratu
BRBEL -1.450 -48.500 Belem; Para
BRCDO -6.967 -34.833 Cabedelo
BRCMA -2.250 -49.500 Cameta
BRCMC -2.900 -40.833 Camocim
BRFNO -22.967 -42.017 Porto Do Forno; Arraial Do Cabo; Arrail Do Caeo
BRGUA -4.867 -36.283 Guamare Oil Terminal
BRIAR -3.150 -58.450 Itacoatiara; Serpa
BRIBB -28.233 -48.667 Imbituba
BRIOS -14.783 -39.017 Port Of Ilheus; Malhado; Porto De Ilheus; Sao Jorges Dos Ilheus
BRIQI -2.567 -44.367 Itaqui
BRITJ -26.917 -48.633 Itajai
BRLGA -28.500 -48.783 Laguna; Villa Laguna
BRMAO -3.133 -60.017 Manaus; Manaos
BRMCZ -9.667 -35.733 Porto De Maceio
BRMDD -12.750 -38.617 Madre De Deus
BRMEA -22.367 -41.767 Macae; Macahe
BRNAT -5.783 -35.200 Natal
BRNTR -22.883 -43.117 Niteroi; Nictheroy
BRPET -31.783 -52.333 Pelotas
BRPNG -25.500 -48.517 Paranagua
BRPOA -30.033 -51.233 Porto Alegre
BRREC -8.050 -34.867 Recife; Pernambuco
BRRIG -32.050 -52.083 Rio Grande; San Pedro Do Sul; Sao Pedro Do Sul
BRRIO -22.900 -43.167 Rio De Janeiro
BRSFS -26.250 -48.633 Sao Francisco
BRSSA -12.967 -38.517 Port De Salvador; Bahia Salvador
BRSSO -23.800 -45.400 Sao Sebastiao
BRSSZ -23.950 -46.300 Santos
BRSTM -2.417 -54.717 Santarem
BRSTN -0.050 -51.183 Porto Santana
BRSUA -8.400 -34.967 Porto De Suape
BRTRM -29.983 -50.133 Tramandai; Maritimo Almirande; Tranmandai
BRTUB -20.283 -40.250 Tubarao
BRTUT -2.783 -42.283 Tutoia; Tutoya
BRVDC -1.550 -48.750 Vila Do Conde
BRVIX -20.317 -40.333 Vitoria; Victoria
BSCBT 45.950 -83.317 Cockburn; Cockburn Town
BSCLP 25.000 -77.550 Clifton Pier
BSFPO 26.517 -78.783 Freeport
BSMAT 20.950 -73.683 Matthew Town
BSNAS 25.083 -77.350 Nassau
BSSRP 26.617 -78.217 South Riding Point
BZBZE 17.500 -88.183 Belize City
CA345 46.733 -84.500 Goulais Bay
CAAAL 50.583 -126.933 Alert Bay
CAAIT 45.133 -74.367 St Anicet
CAAMH 42.100 -83.100 Amherstburg
CABAM 48.550 -123.517 Bamberton
CABBN 68.783 -114.767 Bernard Harbor
CABBU 47.317 -52.817 Bay Bulls
CABCK 44.583 -75.667 Brockville
CABCM 46.283 -83.783 Bruce Mines
CABCO 49.233 -68.133 Baie Comeau; Baie Du Moulin
CABEC 46.400 -72.383 Port De Becancour
CABHA 45.317 -73.883 Beauharnois
CABKN 44.033 -64.650 Liverpool (Brooklyn); Brooklyn
CABLC 52.367 -126.800 Bella Coola
CABLR 46.183 -82.950 Blind River
CABLV 44.150 -77.400 Belleville
CABST 45.150 -67.133 Port Bayside Nb
CABTT 45.767 -80.567 Byng Inlet; Britt
CABUO 47.617 -57.600 Burgeo
CABVE 49.917 -56.200 Baie Verte
CABWD 49.133 -55.333 Botwood
CABYR 47.589 -53.263 Bay Roberts
CACAB 45.583 -74.467 Chute A Blondeau
CACAM 50.032 -125.236 Campbell River; Campbell
CACAQ 47.800 -64.933 Caraquet
CACAT 48.516 -53.071 Catalina Harbor
CACAU 50.600 -127.583 Coal Harbor
CACBC 47.800 -54.017 Come By Chance Harbor
CACBG 43.950 -78.167 Cobourg
CACBK 48.950 -57.950 Corner Brook
CACCB 48.750 -123.617 Cowichan Bay
CACDN 44.783 -75.383 Cardinal
CACHA 46.233 -63.133 Charlottetown
CACHI 48.433 -71.067 Chicoutimi (Port Saguenay); Port Saguenay
CACHM 48.933 -123.717 Chemainus
CACHV 58.783 -94.200 Churchill
CACLE 48.175 -53.959 Clarenville
CACMV 49.400 -54.267 Carmanville
CACOC 45.883 -73.200 Contrecour
CACOL 44.500 -80.233 Collingwood
CACOP 67.830 -115.096 Coppermine; Coronation; Kogluktok
CACOX 49.667 -124.917 Comox Harbor
CACPT 45.200 -65.983 Canaport (St. John); St. John
CACQA 45.250 -74.200 Coteau Landing; Coteau Du Lac
CACRO 48.867 -123.633 Crofton
CACRR 42.817 -82.467 Courtright
CACSN 43.500 -79.600 Clarkson; Clarkson Harbor
CACWL 45.017 -74.733 Cornwall
CADCN 50.067 -125.283 Duncan Bay
CADEB 62.150 -74.683 Deception Bay
CADHS 43.217 -79.267 Port Dalhousie; Dalhousie
CADIG 44.617 -65.767 Digby
CADLM 41.817 -82.667 Pelee I North Wharf
CADON 45.400 -74.033 Vaudreuil
CAENE 42.267 -81.900 Rondeau; Erieau
CAESQ 48.433 -123.433 Esquimalt Harbor
CAFRR 49.224 -122.856 Fraser Mills
CAFSS 45.650 -74.867 Fassett
CAGAT 45.483 -75.650 Gatineau; Pointe Gatineau
CAGBR 45.183 -61.650 Goldsboro
CAGEO 46.183 -62.533 Georgetown
CAGGS 48.850 -123.483 Ganges
CAGNE 44.333 -76.167 Gananoque
CAGNN 44.383 -75.933 Rockport
CAGOH 43.750 -81.733 Goderich
CAGOO 53.367 -60.300 Goose Bay
CAGOR 49.683 -126.117 Gold River
CAGPE 48.833 -64.483 Gaspe
CAGRB 47.100 -55.750 Grand Bank
CAGRZ 45.633 -74.600 Grenville
CAHAL 44.650 -63.583 Halifax
CAHAM 43.250 -79.850 Hamilton
CAHAW 45.617 -74.617 Hawkesbury
CAHBY 48.650 -86.317 Heron Bay
CAHMC 49.133 -123.850 Harmac
CAHSP 50.233 -63.600 Havre St Pierre
CAHUD 45.467 -74.133 Hudson
CAHUL 45.433 -75.700 Hull
CAILL 44.200 -76.733 Millhaven
CAJOH 44.733 -75.467 Lower Lakes Terminal; Johnstown
CAKHO 45.883 -80.750 Key Harbour
CAKIN 44.233 -76.500 Kingston
CAKLY 45.967 -81.517 Killarney; Shebaonaning
CAKTM 54.000 -128.683 Kitimat
CAKVL 42.017 -82.733 Kingsville
CALBA 48.333 -70.883 La Baie (Port Alfred); Port Alfred
CALCS 45.133 -74.500 South Lancaster; East Lancaster
CALIC 45.983 -81.933 Little Current
CALMN 42.033 -82.600 Leamington
CALOU 45.917 -59.967 Louisburg
CALWP 49.250 -55.050 Lewisporte
CAMAS 45.533 -75.417 Masson
CAMBO 45.650 -74.933 Montebello
CAMDB 45.933 -83.117 Meldrum Bay
CAMFD 44.617 -80.600 Meaford
CAMIB 49.146 -122.259 Mission City
CAMID 44.750 -79.917 Midland
CAMIH 47.967 -84.900 Michipicoten
CAMNE 48.850 -67.533 Matane
CAMSS 54.017 -132.150 Masset Harbor
CAMTR 45.517 -73.550 Montreal
CAMUS 44.783 -63.150 Musquodoboit Harbour
CANAI 56.550 -61.683 Nain
CANNE 49.267 -124.150 Nanoose Harbor
CANNO 49.167 -123.933 Nanaimo
CANOL 43.250 -79.067 Niagara
CANSY 46.217 -60.250 North Sydney
CANWE 49.200 -122.917 New Westminster
CANWP 47.300 -53.983 Argentia
CAOAJ 43.433 -79.667 Oakville
CAOCL 45.517 -75.400 Cumberland
CAOKA 45.467 -74.083 Oka Sur Le Lac
CAOPE 43.933 -78.283 Port Hope
CAOSH 43.867 -78.817 Oshawa
CAOTT 45.433 -75.700 Ottawa
CAOWS 44.583 -80.933 Owen Sound
CAPAB 49.233 -124.817 Port Alberni
CAPAC 50.383 -127.450 Port Alice
CAPBQ 47.567 -59.133 Port Aux Basques
CAPCA 50.033 -66.783 Port Cartier
CAPCO 42.883 -79.250 Port Colborne
CAPCR 43.550 -79.583 Port Credit
CAPCS 53.683 -132.183 Port Clements
CAPDI 72.750 -76.750 Pond Inlet
CAPDV 42.783 -80.200 Port Dover
CAPEL 44.433 -81.400 Port Elgin
CAPEW 43.000 -82.417 Point Edward
CAPHA 45.650 -61.400 Port Hastings
CAPHW 45.617 -61.367 Port Hawkesbury
CAPHY 50.717 -127.483 Port Hardy
CAPIC 44.017 -77.133 Picton
CAPLI 45.533 -74.200 St Placide
CAPMA 50.583 -127.083 Port Mcneill
CAPML 49.517 -123.483 Port Mellon
CAPMO 49.283 -122.883 Port Moody
CAPNO 50.167 -66.483 Pointe Noire
CAPNT 66.133 -65.750 Pangnirtung
CAPOW 49.867 -124.533 Powell River
CAPPV 45.617 -75.017 Papineauville
CAPRR 54.317 -130.333 Prince Rupert
CAPRS 45.333 -80.033 Parry Sound
CAPSI 54.567 -130.433 Port Simpson
CAPST 42.667 -81.200 Port Stanley
CAPTA 49.917 -126.667 Tahsis
CAPTC 49.233 -122.767 Port Coquitlam
CAPTH 44.767 -79.933 Penetanguishene
CAPTM 42.850 -79.583 Port Maitland
CAPTO 45.667 -62.717 Pictou
CAPWE 43.233 -79.217 Port Weller
CAQCH 53.250 -132.083 Queen Charlotte
CAQNS 43.167 -79.067 Queenston
CAQUE 46.817 -71.217 Quebec
CARDL 47.833 -69.517 Riviere Du Loup; Fraserville
CAREB 74.683 -95.900 Resolute Bay
CARIM 48.450 -68.517 Rimouski
CAROD 50.867 -56.133 Roddickton
CAROK 45.550 -75.300 Rockland
CASAE 45.567 -74.333 St Andrews East; St Andrews
CASAT 51.367 -55.567 St Anthony
CASC4 43.183 -79.283 St Catherine
CASDY 48.650 -123.383 Sidney
CASEI 50.200 -66.383 Sept Iles; Seven Islands
CASHP 47.750 -64.700 Shippegan
CASJB 45.267 -66.050 St John
CASJF 47.567 -52.700 St John's
CASMT 45.217 -61.717 Stormont
CASNI 42.983 -82.417 Sarnia
CASOM 42.717 -82.483 Sombra
CASON 44.500 -81.383 Southampton
CASOR 46.050 -73.117 Sorel
CASPD 49.500 -56.067 Springdale
CASQA 49.683 -123.150 Squamish
CASSM 46.517 -84.350 Sault Ste Marie
CASTV 48.533 -58.533 Stephenville; Port Harmon
CASTW 55.933 -130.000 Stewart
CASUM 46.400 -63.783 Summerside
CASVN 49.133 -123.183 Steveston
CASYD 46.150 -60.200 Sydney
CASZT 45.250 -74.250 St Zotique
CATBY 44.567 -80.450 Thornbury
CATHD 43.083 -79.717 Thorold
CATHS 46.250 -83.567 Thessalon
CATHU 48.400 -89.233 Thunder Bay; Fort William; Port Arthur
CATOR 43.617 -79.383 Toronto
CATRR 46.350 -72.550 Trois Rivieres; Three Rivers
CATTC 44.100 -77.567 Trenton
CATUK 69.450 -133.000 Tuktoyaktuk
CATWI 49.650 -54.767 Twillingate
CAUCL 48.950 -125.550 Ucluelet
CAURS 45.600 -75.233 Thurso
CAVAN 49.283 -123.117 Vancouver
CAVIC 48.433 -123.383 Victoria Harbor
CAVIH 44.750 -79.817 Victoria Harbour
CAWDR 45.000 -64.150 Windsor
CAWEL 43.000 -79.250 Welland
CAWFI 44.200 -76.433 Wolfe Island
CAWHI 43.850 -78.933 Port Whitby
CAWND 42.317 -83.033 Windsor
CAYAJ 48.800 -123.200 Lyall Harbor
CAYBX 51.417 -57.133 Blanc Sablon
CAYCB 69.114 -105.060 Cambridge Bay
CAYEM 45.750 -81.800 Manitowaning
CAYKT 52.600 -128.517 Klemtu
CAYPC 69.350 -124.083 Paulatuk
CAYSY 71.967 -125.250 Sachs Harbor
CAYVV 44.750 -81.133 Wiarton
CAYZE 45.917 -82.467 Gore Bay
CDBNW -5.983 12.383 Banana
CDBOA -5.850 13.050 Boma
CDMAT -5.817 13.450 Matadi
CGDJE -4.933 11.900 Djeno Terminal
CGNKO -5.267 11.567 N'kossa Terminal
CGPNR -4.783 11.833 Pointe Noire; Balck Point Bay
CGYOM -4.450 11.100 Yombo Terminal
CIABJ 5.250 -4.017 Abidjan
CIBAO 4.967 -4.550 Baobab Marine Terminal
CIESP 5.050 -4.450 Espoir Marine Terminal
CIPBT 5.233 -3.967 Port Bouet; Bouet; Pickaninny Bassam
CISPY 4.733 -6.617 San Pedro
CKAVA -21.200 -159.783 Avatiu; Avarua; Port Hutt
CLANF -23.650 -70.417 Antofagasta; Mejillones
CLARI -18.467 -70.333 Rada De Arica
CLCAA -27.083 -70.867 Puerto Calderilla
CLCAL -20.733 -70.200 Caleta Patillos
CLCLD -27.050 -70.833 Puerto Caldera
CLCLR -52.900 -70.100 Caleta Clarencia
CLCNL -37.033 -73.167 Coronel
CLCNR -26.350 -70.650 Puerto Chanaral; Chanaral De Las Animas
CLCQQ -29.950 -71.333 Coquimbo
CLCRR -39.867 -73.433 Puerto De Corral
CLGYC -29.967 -71.367 Bahia Herradura Guayacan
CLHSO -28.467 -71.250 Huasco
CLIQQ -20.200 -70.167 Iquique
CLLQN -36.717 -72.983 Lirquen
CLLTA -37.100 -73.150 Lota
CLMJS -23.100 -70.467 Mejillones
CLPCH -45.467 -72.833 Puerto Chacabuco
CLPEO -36.717 -73.000 Penco; Tome
CLPMC -41.483 -72.967 Puerto Montt
CLPNT -51.717 -72.567 Puerto Natales
CLPUQ -53.167 -70.900 Rada Punta Arenas; Magallanes
CLQMC -42.150 -73.483 Puerto Quemchi
CLQTV -32.767 -71.533 Bahia Quintero (Ventanas)
CLSAI -33.583 -71.617 Puerto San Antonio
CLSVE -36.733 -73.167 Bahia San Vicente
CLTAL -36.700 -73.100 Talcahuano
CLTOQ -22.083 -70.233 Tocopilla
CLTTC -25.400 -70.483 Taltal
CLVAP -33.033 -71.617 Bahia De Valparaiso
CLWCA -42.483 -73.767 Puerto Castro
CLWPU -54.933 -67.600 Puerto Williams
CLZAL -39.800 -73.250 Bahia De Valdivia
CMDLA 4.050 9.683 Douala; Duala
CMEBT 2.800 9.817 Ebome Marine Terminal
CMKBI 2.917 9.800 Kome Kribi 1 Marine Terminal; Kribi Deep Sea Port
CMKOL 4.250 8.550 Kole Oil Terminal
CMLIT 3.983 9.150 Limboh Terminal
CMMOU 4.117 8.483 Moudi Marine Terminal
CNBIH 21.483 109.067 Beihai; Pakho; Pakhoi
CNBSP 19.100 108.617 Basuo; Dongfong
CNBYQ 40.300 122.083 Bayuquan
CNCGS 31.767 120.950 Changshu
CNCOZ 23.617 117.083 Chaozhou; Sanbaimen
CNCWN 19.967 110.033 Chiwan; Mawan
CNCZX 31.967 119.983 Changzhou
CNDAL 38.917 121.667 Dalian; Dairen; Dalian Wan; Ta Cien; Ta Lien
CNDDZ 39.817 124.150 Dandong
CNDSN 23.757 117.505 Dongshan
CNFAN 21.750 108.350 Fang-Cheng
CNFZH 26.083 119.300 Fuzhou; Foochou; Foochow
CNGAO 32.283 119.850 Gaogang; Taizhou
CNGGZ 23.117 113.233 Guangzhou; Canton; Kuaung Fhou
CNHIG 20.050 110.283 Haikou; Hoihow
CNHME 28.683 121.450 Haimen; Taizhou
CNHNK 30.583 114.283 Hankow; Wu Han
CNHUA 23.083 113.417 Huangpu
CNHUD 40.700 120.983 Huludao Gang
CNHUI 22.717 114.517 Huizhou
CNHUN 23.050 113.500 Huangpuxingang
CNJGY 31.917 120.233 Jiangyin
CNJNZ 40.750 121.100 Jinzhou Wan
CNLKU 37.633 120.283 Longkou Gang; Lungkow
CNLSH 38.783 121.250 Lushun; Port Arthur; Ryojun Ko
CNLSN 35.080 119.367 Lanshan
CNLYG 34.733 119.450 Lianyungang; Laoyao; Yuntai
CNNBO 29.883 121.550 Ningbo
CNNJI 32.083 118.750 Nanjing; Nanking
CNNTG 32.000 120.800 Nantong
CNPLI 37.817 120.833 Penglai
CNQIN 36.033 120.267 Qingdao Gang; Tsingtao
CNQZH 21.733 108.583 Qinzhou
CNQZL 24.883 118.600 Quanzhou
CNRZH 35.383 119.567 Rizhao; Shijiu Zui; Shijiusuo
CNSDG 21.483 111.083 Shui Dong
CNSGH 31.217 121.500 Shanghai
CNSHK 22.467 113.867 Shekou; Chiwan
CNSHP 39.933 119.617 Qinhuangdao; Chin Huang Tao; Chin Wangtao
CNSYA 18.317 109.450 Sanya
CNTAC 31.650 121.200 Taicang
CNTGS 39.200 119.017 Tangshan (Jingtang); Jingtang
CNTXG 38.967 117.833 Tianjin Xin Gang; Tien Ching; Tientsin
CNWAX 30.817 108.433 Wanxian; Wan Hsie Shih
CNWEG 37.500 122.100 Weihai
CNWZO 28.017 120.650 Wenzhou; Yung Chia
CNXMG 24.450 118.067 Xiamen; Amoy
CNXYG 25.233 118.983 Xiuyu
CNYIK 40.683 122.233 Yingkou; Newchwang
CNYPG 19.733 109.183 Yangpu
CNYTG 37.550 121.450 Yantai; Chefoo; Chin Fou
CNYTN 22.583 114.267 Yantian
CNYZH 32.267 119.433 Yangzhou
CNZHE 32.217 119.433 Zhenjiang; Chinkiang
CNZHI 29.950 121.700 Zhen Hai; Chen-hai; Chinhai
CNZJG 31.967 120.400 Zhangjiangang
CNZNG 21.200 110.400 Zhanjiang; Fort Bayard; Hsi Ying; Tsamkong
CNZOS 30.000 122.100 Zhoushan; Dinghai
CNZPU 30.583 121.083 Zhapu; Chapu; Hangzhou
CNZUH 22.233 113.583 Zhuhai
CNZZU 24.683 118.150 Zhangzhou
COAMB 19.833 -70.767 Amber Cove
COBAQ 10.967 -74.767 Barranquilla
COBUN 3.883 -77.067 Buenaventura
COCOV 9.500 -75.733 Covenas Offshore Term.
COCTG 10.417 -75.533 Cartagena
COCVE 9.417 -75.683 Covenas; Covenas Offshore Tanker Terminal
COEBQ 10.400 -75.533 El Bosque
COMAM 10.317 -75.517 Mamonal
COPBO 12.250 -71.967 Puerto Bolivar
COPOC 11.150 -74.250 Pozos Colorados
COPPR 11.150 -74.217 Puerto Prodeco; Puerto Zuniga
COSMR 11.250 -74.217 Santa Marta
COTCO 1.817 -78.750 Tumaco
COTRB 8.083 -76.733 Turbo
CRGLF 8.633 -83.167 Golfito
CRLIO 9.983 -83.017 Puerto Limon; Limon
CRPAS 9.983 -84.833 Puntarenas; Punta Arenas
CRPMN 10.000 -83.083 Puerto Moin
CRPTC 9.917 -84.717 Puerto Caldera
CRXQP 9.433 -84.167 Puerto Quepos; Punta Quepos
CUANT 20.833 -75.733 Antilla
CUCAB 23.000 -82.967 Cabanas
CUCAR 23.050 -81.200 Cardenas
CUCAS 21.750 -79.983 Casilda; Trinidad
CUCEI 20.217 -77.317 Ceiba Hueca
CUCFG 22.150 -80.450 Cienfuegos
CUFEL 20.733 -75.600 Felton
CUGER 21.917 -82.800 Nueva Gerona; Isla De Pinos
CUGUB 19.983 -75.133 Puerto Guantanamo; Deseo; El Deseo
CUGYB 20.700 -77.617 Guayabal
CUHAV 23.133 -82.367 Bahai De La Habana; Havana
CUICR 20.717 -75.550 Nicaro
CUIDS 22.950 -80.000 Isabela De Sagua; Isabela; La Isabella; Sagua La Grande
CUJUC 21.617 -78.850 Jucaro
CUMAR 22.983 -82.750 Mariel; Boca Del Mariel
CUMEL 20.150 -77.433 Media Luna
CUMNT 21.367 -76.817 Manati; Puerto Manati
CUMOA 20.667 -74.900 Cayo Moa Grande
CUMZO 20.350 -77.117 Manzanillo
CUNVT 21.550 -77.267 Nuevitas Bay; Nuevitas; Pastelillo; Puerto Tarafa
CUPAL 21.583 -78.967 Palo Alto
CUPPA 21.283 -76.533 Puerto Padre; Bahia De Manati; Cayo Juan Claro; Puerto Manati
CUQMA 23.050 -81.550 Matanzas
CUSCU 20.017 -75.833 Santiago De Cuba
CUSDT 20.683 -75.333 Bahia De Sagua De Tanamo; Cayo Mambi; Puerto Tanamo
CUSLU 22.667 -83.967 Santa Lucia
CUTDZ 21.633 -79.550 Tunas De Zaza
CUVIT 21.100 -75.967 Vita
CVGRA 16.883 -25.000 Porto Grande; Mindelo
CVRAI 14.917 -23.517 Porto Da Praia
CWBUB 12.183 -69.033 Bullen Baai; Curacao Oil Terminal
CWCRB 12.067 -68.867 Caracasbaai; Caracas Bay
CWSMB 12.133 -69.017 Sint Michelsbaai
CWWIL 12.117 -68.933 Willemstad
CXFFC -10.417 105.700 Flying Fish Cove
CYDHK 34.967 33.717 Dhekelia
CYFMG 35.117 33.933 Famagusta
CYKAR 35.133 32.833 Xeros; Kara Vostasi; New Soli
CYKYR 35.350 33.333 Kyrenia
CYLCA 34.917 33.650 Larnaca
CYLMS 34.667 33.050 Limassol
DEBKE 53.333 8.483 Brake
DEBRB 53.883 9.167 Brunsbuttel Elbahafen; Brunsbuttel Canal Terminals
DEBRE 53.133 8.767 Bremen
DEBRV 53.533 8.583 Bremerhaven
DEBUM 54.133 8.867 Busum
DEBUZ 53.650 9.517 Butzfleth
DECUX 53.867 8.717 Cuxhaven
DEECK 54.483 9.833 Eckernforde
DEELS 53.233 8.467 Elsfleth
DEEME 53.333 7.183 Emden
DEFLF 54.800 9.433 Flensburg
DEGLU 53.783 9.417 Gluckstadt
DEHAM 53.550 9.933 Hamburg
DEHHF 54.367 10.983 Heiligenhafen
DEHUS 54.483 9.050 Husum
DEITZ 53.917 9.517 Itzehoe
DEKAP 54.667 9.933 Kappeln
DEKEL 54.317 10.133 Kiel
DELBC 53.883 10.700 Lubeck
DELEE 53.233 7.450 Leer
DENEH 53.800 9.033 Neuhaus
DENGL 54.100 10.817 Neustadt
DENHA 53.483 8.483 Nordenham
DEOLO 53.117 8.217 Oldenburg
DEORT 54.450 11.050 Orth
DEPAP 53.100 7.383 Papenburg
DEREN 54.300 9.683 Rendsburg
DERSK 54.100 12.133 Rostock
DESAS 54.517 13.650 Sassnitz
DESTL 54.317 13.100 Stralsund
DETRV 53.967 10.883 Lubeck-Travemunde
DEWIS 53.900 11.467 Wismar
DEWOL 54.050 13.783 Wolgast
DEWVN 53.533 8.167 Wilhelmshaven
DJDCT 11.600 43.083 Doraleh
DJJIB 11.600 43.133 Djibouti; Jibuti
DKAAB 55.050 9.433 Abenra; Apenrade
DKAAL 57.050 9.933 Alborg; Aalborg
DKAAR 56.150 10.217 Arhus; Aarhus
DKASN 55.267 9.883 Assens
DKAUB 54.950 9.867 Augustenborg
DKBDX 54.833 11.500 Bandholm
DKCPH 55.700 12.617 Kobenhavn; Copenhagen
DKCSO 55.317 15.183 Christianso Harbor
DKEBJ 55.467 8.450 Esbjerg
DKENS 55.017 9.433 Ensted
DKFAA 55.100 10.250 Faborg; Faaborg
DKFAK 55.217 12.167 Fakse Ladeplads Havn; Faxe Haven
DKFDH 57.433 10.550 Frederikshavn
DKFDS 55.833 12.050 Frederikssund
DKFDV 55.967 12.017 Frederiksvaerk
DKFRC 55.567 9.767 Fredericia
DKGFH 55.200 11.267 Gulfhaven
DKGRE 56.417 10.933 Grenaa Havn
DKHAD 55.250 9.500 Haderslev
DKHAN 57.133 8.600 Hanstholm
DKHAS 56.983 10.317 Hals
DKHBK 55.717 11.717 Holbaek
DKHBO 56.633 9.800 Hobro
DKHIR 57.600 9.967 Hirtshals
DKHLS 56.033 12.617 Helsingor; Elsingor
DKHOR 55.867 9.850 Horsens
DKHSB 56.500 8.583 Holstebro-Stuer
DKHSL 55.183 14.700 Hasle
DKHSU 56.717 10.117 Hadsund
DKHUN 55.967 11.850 Hundested; Hundested Havn
DKKAL 55.683 11.100 Kalundborg
DKKBY 55.817 11.883 Kyndbyvaerkets Havn; Kyndby; Kyndby Vaerkets
DKKOG 55.450 12.200 Koge
DKKOL 55.483 9.500 Kolding
DKKRR 55.333 11.133 Korsor
DKKTD 55.450 10.667 Kerteminde
DKLVG 56.583 8.283 Lemvig
DKMID 55.500 9.733 Middelfart
DKMRR 56.650 9.983 Mariager
DKMRS 54.917 10.333 Marstal
DKNAK 54.833 11.133 Nakskov
DKNBG 55.317 10.800 Nyborg
DKNEX 55.067 15.133 Nekso; Nexo
DKNTD 54.667 11.733 Nysted
DKNVD 55.233 11.750 Naestved
DKNYF 54.767 11.867 Nykobing; Falster
DKNYM 56.767 11.867 Nykobing (Mor)
DKODE 55.417 10.383 Odense
DKRAN 56.467 10.050 Randers; Randers Havn
DKRKB 54.950 10.717 Rudkobing
DKRKG 56.083 8.250 Ringkobing
DKRNN 55.100 14.700 Ronne
DKROF 54.650 11.350 Rodby Havn
DKSAX 54.800 11.633 Sakskobing
DKSBK 54.883 12.050 Stubbekobing; Duunamunde
DKSGD 54.917 9.783 Sonderborg
DKSIT 55.200 11.250 Stigsnaesvaerket; Stigsnaes
DKSKA 57.717 10.600 Skagen Havn
DKSKB 55.517 9.617 Skaerbaek
DKSSK 55.250 11.300 Skaelskor; Skielskor
DKSSV 56.250 10.350 Studstrup
DKSTE 54.983 12.283 Stege
DKSVE 55.067 10.617 Svendborg
DKTED 56.950 8.700 Thisted
DKTHN 56.700 8.217 Thyboron
DKTUB 55.717 12.583 Tuborg
DKVEJ 55.717 9.550 Vejle
DKVOR 55.000 11.900 Vordingborg
DMPOR 15.567 -61.467 Portsmouth; Prince Ruppert Bay
DMRSU 15.300 -61.400 Roseau
DOBCC 18.433 -69.633 Andres (Andres Lng Terminal); Boca Chica; Puerto de Andres
DOBRX 18.200 -71.083 Santa Cruz De Barahona; Barahona
DOCBJ 17.917 -71.650 Cabo Rojo
DOINA 18.417 -70.017 Puerto De Haina; Haina; Rio Haina
DOLCS 18.217 -70.517 Las Calderas
DOLRM 18.417 -68.967 La Romana
DOMAN 19.717 -71.750 Manzanillo
DOPOP 19.800 -70.700 Puerto Plata
DOPVA 18.350 -70.833 Puerto Viejo De Azua; Azua; Tortuguero
DOSAL 19.700 -71.750 Pepillo Salcedo; Puerto Libertador; Puerto Manzanillo
DOSAM 19.200 -69.333 Santa Barbara De Samana; Arroyo Barril; El Botado; Puerto Batadero
DOSDQ 18.467 -69.883 Santo Domingo; Ciudad Trujillo
DOSNZ 19.233 -69.617 Sanchez
DOSPM 18.450 -69.317 San Pedro De Macoris
DZAAE 36.917 7.767 Annaba; Bona; Bone
DZALG 36.767 3.067 Alger; Algiers
DZAZW 35.850 -0.300 Arzew
DZBJA 36.750 5.083 Bejaia; Bougie
DZBSF 35.300 -1.383 Beni Saf
DZCOL 37.000 6.583 Collo
DZDEL 36.917 3.917 Dellys
DZDJE 36.817 5.883 Djen-Djen
DZDJI 36.833 5.783 Jijel; Djidjelli; Jijelli
DZGHZ 35.100 -1.867 Ghazaouet; Nemours
DZMOS 35.933 0.083 Mostaganem
DZORN 35.700 -0.633 Oran
DZSKI 36.883 6.917 Skikda; Phillippeville
DZTEN 36.533 1.317 Tenes
ECESM 1.000 -79.650 Esmeraldas
ECGYE -2.200 -79.883 Guayaquil
ECLLD -2.217 -80.917 La Libertad
ECMEC -0.950 -80.717 Manta
ECPBO -3.267 -80.000 Puerto Bolivar
ECPEV -2.283 -79.900 Puerto Maritimo De Guayaquil; Puero Nuevo
EEBEK 59.455 24.667 Bekkeri
EEHLT 58.867 23.048 Heltermaa
EEKND 59.528 26.547 Kunda; Sadam
EELHS 59.457 24.703 Lahesuu
EELSA 59.583 25.699 Loksa
EEMDR 59.499 24.816 Miiduranna
EEMRS 59.451 24.672 Meeruse
EEMUG 59.500 24.967 Muuga-Port of Tallin
EEOSM 59.300 23.367 Osmussaar; Odensholm
EEPAS 59.459 24.706 Paljassaare
EEPLN 59.350 24.048 Paldiski Pohjasadam
EEPLS 59.333 24.081 Paldiski Lounasadam
EEPRN 58.383 24.480 Parnu
EERHK 58.906 23.424 Rohukula
EERMS 58.215 22.507 Roomassaare; Roomassaar
EESLM 59.426 27.739 Sillamae
EESMA 58.536 22.236 Saaremaa sadam; Saaremaa-Port of Tallinn
EETLL 59.450 24.767 Vanasadam - Port of Tallinn
EEVEB 59.457 24.656 Vene-Balti
EEVIR 58.575 23.510 Virtsu
EGADA 29.867 32.467 El-Adabiya; Port Ababiya
EGAIS 29.650 32.367 North Ain Sukhna Port; Sokhna Port; Ain Sukhna Terminal
EGALY 31.167 29.833 Al Iskandariyh (Alexandria)
EGAQU 26.100 34.283 Al Qusayr; Kosseir; Quesir
EGAZA 29.033 33.117 Ras Abu Zanimah; Abu Zenima
EGDAM 31.483 31.750 Damietta
EGHAM 26.250 34.200 Hamrawein
EGHRG 27.217 33.850 El Ghardaqa; Hurghada
EGISM 30.583 32.283 El Ismailiya; Ismailia
EGMAH 30.983 28.867 El Hamra Oil Terminal
EGMMU 31.350 27.233 Mersa Matruh
EGNUW 28.967 34.650 Nuwaybi'; Nuwaybi'a; Nuweiba El Muzeima
EGPSD 31.267 32.300 Bur Sa'id; Port Said; Bur Said
EGRAB 28.950 33.167 Ras Badran Oil Terminal; Ras Budran
EGRAG 28.350 33.100 Ras Gharib
EGRSH 28.133 33.283 Ras Shukhier; Aras Shukhayr
EGRSU 29.583 32.700 Ras Sudr
EGSGA 26.733 33.950 Safaja; Bur Safajah; Port Safaga; Bur Safaga
EGSKT 31.100 29.617 Sidi Kerir (Kurayr)
EGSOK 29.683 32.367 Sokhna Port Gas Tanker Terminal
EGSSH 27.850 34.283 Sharm El Sheikh
EGSUZ 29.967 32.550 As Suways; Port Suez
EGTOR 28.233 33.617 At Tur; El Tur Harbor
EGWAF 28.750 33.200 Wadi Feiran
EGZTB 27.833 33.600 Zeit Bay Terminal
EHVIC 23.700 -15.917 Ad Dakhla; Villa Cisneros
ERASA 13.000 42.750 Assab; Aseb
ERMSW 15.617 39.467 Mitsiwa Harbor; Massaua; Massawa
ESACE 28.950 -13.533 Arrecife; Puerto Arrecife
ESADR 36.733 -3.033 Adra
ESAGP 36.717 -4.417 Malaga
ESAGU 37.400 -1.567 Aguilas
ESALC 38.333 -0.483 Alicante
ESALD 39.833 3.133 Puerto De Alcudia; El Puerto
ESALG 36.133 -5.433 Algeciras
ESAVS 43.600 -5.933 Aviles
ESBCN 41.350 2.167 Barcelona
ESBIO 43.350 -3.050 Puerto De Bilbao
ESBRM 43.417 -2.717 Bermeo
ESBRX 39.883 -0.050 Burriana
ESCAD 36.533 -6.300 Cadiz
ESCAR 37.583 -0.983 Cartagena
ESCEU 35.900 -5.317 Ceuta
ESCRS 37.000 -1.883 Puerto De Carboneras
ESFRO 43.483 -8.233 Ferrol
ESFUE 28.500 -13.850 Puerto Del Rosario
ESGAN 39.000 -0.150 Puerto De Gandia
ESGAR 37.183 -1.817 Puerto De Garrucha
ESGCS 39.967 0.017 El Grao; Castellon De La Plana
ESGIJ 43.550 -5.667 Gijon
ESHUV 37.250 -6.950 Huelva
ESIBZ 38.900 1.450 Ibiza; Iziza
ESLCG 43.367 -8.400 La Coruna
ESLEI 36.833 -2.467 Almeria
ESLPA 28.150 -15.417 Las Palmas
ESMAH 39.883 4.267 Mahon
ESMOT 36.750 -3.517 Motril
ESMPG 42.400 -8.700 Marin
ESPAL 41.833 3.117 Palamos
ESPAS 43.333 -1.933 Puerto De Pasajes
ESPMI 39.567 2.633 Palma De Mallorca
ESRIB 43.533 -7.033 Ribadeo
ESROS 42.267 3.183 Rosas
ESROT 36.617 -6.333 Rota
ESSAG 39.650 -0.217 Sagunto; El Puerto; El Puerto De Sagunto; Murveidro
ESSCI 43.700 -7.433 San Ciprian
ESSCT 28.467 -16.233 Santa Cruz De Tenerife; Teneriffe
ESSDR 43.467 -3.783 Santander
ESSFU 41.783 3.033 San Feliu De Guixols
ESSPC 28.683 -17.750 Santa Cruz De La Palma
ESSVQ 37.367 -6.000 Sevilla; Seville
ESTAR 41.100 1.233 Tarragona
ESTOR 37.967 -0.683 Torrevieja; Puerto De Torrevieja
ESVGO 42.233 -8.717 Vigo; Berbes Basin
ESVIL 42.600 -8.767 Villagarcia De Arosa
ESVLC 39.450 -0.317 Valencia
ESVLG 41.233 1.733 Villanueva Y Geltru
FIHEL 60.167 24.967 Helsinki; Helsingfors
FIHIM 64.000 23.650 Himanka; Khimango
FIHKO 59.817 22.950 Hanko
FIHLL 63.283 22.233 Hellnas
FIHMN 60.567 27.200 Hamina; Fredrikshamn
FIINK 60.017 23.917 Inkoo
FIJUS 59.833 23.567 Jussaro; Stor Jussaro
FIKAN 63.417 22.283 Kantlax
FIKAS 62.383 21.233 Kaskinen; Kasko
FIKEM 65.733 24.567 Kemi
FIKOK 63.850 23.017 Kokkola; Ykspihlaja
FIKRS 62.283 21.400 Kristinestad; Kristiinankaupunki
FIKTK 60.467 26.967 Kotka
FILOV 60.450 26.233 Loviisa; Lovisa
FIMHQ 60.100 19.917 Mariehamn; Maarianhamina
FIMTY 61.600 21.483 Mantyluoto
FINLI 60.467 22.017 Naantali
FIOUL 65.017 25.400 Oulu; Uleaborg
FIPAR 60.283 22.067 Pargas
FIPOA 60.083 24.383 Porkkala; Kantvik
FIPOR 61.483 21.800 Pori
FIPRS 63.683 22.667 Pietarsaari; Jakobstad
FIPRV 60.300 25.633 Porvoo; Borga; Skoldvik
FIRAA 64.683 24.417 Raahe; Brahestad
FIRAH 64.218 23.680 Rahja
FIRAU 61.125 21.446 Rauma
FITAI 59.983 23.433 Ekenas
FITHK 61.633 21.400 Tahkoluoto
FITKU 60.450 22.233 Turku
FITOK 60.033 25.583 Tolkkinen
FITOR 65.767 24.167 Tornio; Torina
FIUKI 60.800 21.400 Uusikaupunki; Nystad
FIUKP 63.517 22.533 Nykarleby; Uusikaarlepyy
FIUTO 59.783 21.367 Uto
FIVAA 63.100 21.583 Vaasa; Vasa
FIVEI 65.700 24.617 Veitsiluoto
FJLTK -17.600 177.450 Lautoka Harbor
FJSUV -18.133 178.417 Suva Harbor
FJSVU -16.767 179.333 Savusavu Bay; Nakama
FKPSY -51.700 -57.833 Stanley
FMPNI 6.983 158.200 Pohnpei Harbor; Langar Road
FOFUG 62.250 -6.800 Fuglafjordur; Fuglefjord
FOKVI 62.233 -6.583 Klaksvik
FORVK 62.117 -6.717 Runavik
FOSRV 62.083 -7.250 Sorvagur; Sorvaag
FOTOR 62.000 -6.750 Torshavn; Thorshavn
FOTVO 61.550 -6.800 Tvoroyri; Tverra
FOVAG 61.483 -6.800 Vagur
FOVES 62.150 -7.167 Vestmanna; Vestmanhavn
FRAJA 41.917 8.750 Port D' Ajaccio
FRAMS 45.017 -0.533 Ambes; Bec Dambes
FRANT 43.583 7.133 Antibes
FRBAY 43.500 -1.467 Bayonne
FRBES 48.383 -4.500 Rade De Brest
FRBIA 42.700 9.450 Bastia
FRBOD 44.867 -0.567 Bordeaux
FRBOL 50.733 1.600 Boulogne-Sur-Mer
FRBON 41.383 9.167 Bonifacio
FRBYE 45.133 -0.667 Blaye
FRCEQ 43.550 7.017 Cannes
FRCER 49.650 -1.633 Rade De Cherbourg
FRCFR 49.183 -0.350 Port De Caen; Ouistreham
FRCLY 42.567 8.750 Calvi
FRCOC 47.867 -3.917 Concarneau
FRCQF 50.967 1.850 Calais
FRDKK 51.050 2.383 Dunkerque Port Est; Dunkerque Port Ouest
FRDOL 49.367 0.083 Deauville
FRDON 47.300 -2.067 Donges
FRDPE 49.933 1.083 Dieppe
FRFEC 49.767 0.367 Fecamp
FRFOS 43.417 4.883 Fos
FRGFR 48.833 -1.600 Granville
FRGRV 51.000 2.117 Gravelines
FRHON 49.417 0.217 Honfleur
FRILR 42.633 8.933 L'ile Rousse
FRLEH 49.483 0.117 Port Of Le Havre
FRLLG 48.533 -2.750 Le Legue; St Brieuc
FRLPE 46.167 -1.217 La Pallice
FRLRH 46.150 -1.150 La Rochelle
FRLRT 47.750 -3.350 Lorient
FRLSO 46.500 -1.800 Les Sables D' Olonne
FRLTR 50.067 1.367 Le Treport; Treport
FRLVE 45.550 -1.050 Le Verdon
FRMRS 43.317 5.367 Marseille
FRMTX 47.300 -2.133 Montoir
FRMXN 48.583 -3.833 Morlaix
FRNCE 43.700 7.283 Nice
FRNOU 43.017 3.067 Port-La-Nouvelle; La Nouvelle
FRNTE 47.200 -1.567 Nantes
FROUI 49.283 -0.250 Ouistreham
FRPAI 48.783 -3.050 Paimpol
FRPAP 45.200 -0.750 Pauillac
FRPDB 43.400 4.983 Port-de-Bouc; Lavera
FRPOV 42.517 3.117 Port-Vendres; Vendres
FRPOX 48.700 -3.150 Pontrieux
FRPRP 41.683 8.900 Port De Propriano
FRPSL 43.383 4.817 Port Saint Louis Du Rhone; St Louis Du Rhone
FRPVO 41.583 9.283 Porto Vecchio
FRRCO 45.933 -0.950 Rochefort
FRROS 48.733 -3.983 Port De Roscoff-Bloscon
FRSET 43.400 3.700 Sete
FRSML 48.650 -2.017 Saint-Malo
FRSNR 47.283 -2.200 St Nazaire
FRSRL 43.417 6.767 Saint-Raphael
FRSTP 43.267 6.633 Saint-Tropez
FRSVS 50.183 1.617 Saint-Valery-Sur-Somme
FRTLN 43.100 5.917 Toulon
FRTON 45.933 -0.900 Tonnay Charente
FRTRE 48.783 -3.233 Treguier
FRURO 49.450 1.067 Port Of Rouen
FRVSS 43.700 7.317 Villefranche
GACLZ -0.633 8.717 Cap Lopez
GAETA -3.750 10.517 Etame Terminal
GAGAX -2.833 10.000 Gamba Oil Terminal
GALBV 0.383 9.450 Libreville
GAMBY -3.883 10.933 M'bya Oil Terminal
GAOGU -1.467 8.917 Oguendjo Terminal
GAOWE 0.283 9.500 Port Owendo
GAPOG -0.700 8.800 Port Gentil
GBABD 57.150 -2.083 Aberdeen
GBAGL 54.267 -5.617 Ardglass
GBARD 55.650 -4.817 Ardrossan
GBASG 56.017 -5.450 Ardrishaig
GBAUL 57.833 -5.583 Aultbea
GBAVO 51.500 -2.717 Avonmouth
GBAYR 55.467 -4.633 Ayr
GBBAD 51.400 -3.267 Barry
GBBAN 54.650 -5.667 Bangor
GBBDF 57.250 -5.883 Broadford Bay
GBBEL 54.617 -5.900 Belfast
GBBFB 56.033 -3.317 Braefoot Bay Terminal
GBBID 51.033 -4.200 Bideford
GBBIF 54.117 -3.233 Barrow In Furness
GBBLY 55.117 -1.500 Blyth
GBBOS 52.967 -0.017 Boston
GBBOW 55.933 -4.483 Bowling
GBBRP 50.717 -2.767 Bridport Harbour
GBBRS 51.467 -2.633 Bristol
GBBRT 54.083 -0.183 Bridlington
GBBRW 51.133 -3.000 Bridgwater
GBBRX 50.400 -3.517 Brixham Harbour
GBBTL 56.050 -3.233 Burntisland
GBBUC 57.683 -2.967 Buckie Harbor; Cluny
GBBUH 57.700 -3.500 Burghead
GBBWK 55.767 -2.000 Berwick-Upon-Tweed
GBCBA 56.950 -7.483 Castle Bay
GBCBT 55.433 -5.600 Campbeltown
GBCDF 51.450 -3.167 Cardiff
GBCHE 53.317 -3.267 Mostyn
GBCHF 50.333 -4.750 Charlestown
GBCLR 55.133 -6.667 Coleraine
GBCNC 56.083 -5.567 Crinan (Canal)
GBCNU 56.467 -5.700 Craignure
GBCNV 53.150 -4.267 Caernarvon; Carnarvon
GBCOL 51.883 0.917 Colchester
GBCOR 56.850 -5.117 Corpach
GBCOW 50.767 -1.300 Cowes Harbour
GBCRN 57.683 -4.033 Cromarty
GBCTM 51.400 0.550 Chatham Docks
GBDBR 56.000 -2.517 Dunbar
GBDTM 50.350 -3.617 Dartmouth Harbour
GBDUN 56.467 -2.950 Dundee
GBDVR 51.117 1.333 Dover Harbor
GBEYM 55.867 -2.083 Eyemouth
GBFAL 50.150 -5.067 Falmouth Harbour
GBFAS 56.064 -4.819 Faslane; HM Naval Base Clyde
GBFAW 50.817 -1.333 Fawley Marine Terminal
GBFIS 52.017 -4.983 Fishguard
GBFLE 53.917 -3.017 Fleetwood
GBFNT 56.117 -4.833 Finnart Oil Terminal
GBFOL 51.083 1.200 Folkestone Harbour
GBFOY 50.333 -4.633 Fowey Harbour
GBFRB 57.683 -2.000 Fraserburgh Harbor
GBFWM 56.817 -5.117 Fort William
GBFXT 51.950 1.317 Felixstowe
GBGAR 57.717 -5.683 Gairloch
GBGIS 53.350 -2.900 Garlston
GBGLW 55.867 -4.283 Glasgow
GBGOO 53.700 -0.833 Goole
GBGRG 56.017 -3.717 Grangemouth
GBGRK 55.950 -4.750 Greenock
GBGRN 55.983 -3.217 Granton
GBGSA 56.567 -5.533 Glensanda
GBGSY 53.583 -0.067 Grimsby
GBGTY 52.617 1.733 Great Yarmouth
GBGVS 51.450 0.367 Gravesend
GBHAY 50.183 -5.417 Hayle
GBHDD 53.733 -0.883 Howdendyke
GBHLY 53.317 -4.633 Holyhead
GBHMA 58.117 -3.650 Helmsdale Harbor
GBHPT 56.000 -3.367 Hound Point Terminal
GBHRW 51.950 1.283 Harwich
GBHST 55.750 -4.883 Hunterston
GBHTP 54.700 -1.183 Hartlepool
GBHUL 53.750 -0.283 Kingston Upon Hull
GBHYM 54.033 -2.917 Heysham
GBIMM 53.633 -0.200 Immingham
GBINV 57.483 -4.233 Inverness
GBIOG 51.433 0.700 Isle Of Grain
GBIPS 52.050 1.167 Ipswich
GBIVG 57.683 -4.167 Invergordon
GBKET 59.233 -2.600 Kettletoft; Kittletoft
GBKLK 54.050 -5.983 Kilkeel
GBKLN 52.750 0.400 King's Lynn
GBKLR 54.733 -5.717 Kilroot
GBKWL 58.983 -2.967 Kirkwall
GBKYL 57.283 -5.717 Kyle Of Lochalsh
GBKYN 57.267 -5.733 Kyleakin
GBLAH 55.533 -5.117 Lamlash Harbor
GBLAN 54.050 -2.783 Lancaster
GBLAR 54.850 -5.800 Larne
GBLBD 57.150 -7.300 Lochboisdale
GBLDY 55.000 -7.317 Londonderry
GBLEI 55.983 -3.183 Leith; Edinburg
GBLER 60.167 -1.150 Lerwick
GBLGS 55.800 -4.867 Largs
GBLIB 53.533 -3.550 Liverpool Bay Terminal
GBLIT 50.783 -0.533 Littlehampton Harbour
GBLIV 53.417 -3.000 Liverpool
GBLMA 57.600 -7.167 Lochmaddy
GBLOL 56.550 -5.767 Lochaline; Loch Aline
GBLON 51.500 -0.083 London
GBLOW 52.483 1.750 Lowestoft
GBLSS 57.717 -3.283 Lossiemouth
GBLYS 58.833 -3.200 Lyness
GBMCD 57.667 -2.500 Macduff
GBMLF 51.717 -5.033 Milford Haven
GBMLG 57.000 -5.817 Mallaig
GBMLP 55.750 -4.917 Millport
GBMNC 53.483 -2.267 Manchester
GBMON 56.700 -2.467 Montrose
GBMTH 56.183 -3.000 Methil
GBMVG 50.267 -4.783 Mevagissey
GBNEA 51.633 -3.833 Neath
GBNHO 53.700 -0.367 New Holland
GBNHV 50.783 0.050 Newhaven Harbour
GBNPT 51.550 -2.983 Newport
GBNYL 50.100 -5.550 Newlyn
GBOBA 56.417 -5.467 Oban
GBOKK 55.917 -4.467 Old Kilpatrick
GBPAD 50.550 -4.933 Padstow
GBPAR 50.350 -4.700 Par
GBPEN 50.117 -5.533 Penzance
GBPER 56.400 -3.450 Perth
GBPHD 57.500 -1.783 Peterhead; Peterhead Bay Harbor
GBPIE 59.318 -2.989 Pierowall
GBPLN 55.633 -6.200 Port Ellen
GBPLO 57.333 -5.650 Plockton
GBPLY 50.367 -4.150 Plymouth
GBPMK 57.833 -3.833 Portmahomack Harbor
GBPOO 50.683 -1.950 Poole Harbour
GBPRH 50.583 -2.433 Portland Harbour
GBPRT 57.417 -6.200 Portree Harbor
GBPTB 51.583 -3.817 Port Talbot
GBRAY 55.833 -5.050 Rothesay Harbor
GBREN 55.883 -4.383 Renfrew
GBRMG 51.333 1.417 Ramsgate
GBROY 56.017 -3.433 Rosyth
GBRU7 50.933 0.767 Rye Harbour
GBSCA 54.283 -0.400 Scarborough
GBSCF 58.950 -2.983 Scapa Bay
GBSCR 58.617 -3.550 Scrabster Harbor
GBSEA 54.833 -1.317 Seaham
GBSGP 58.833 -2.950 St Margarets Hope
GBSHO 50.817 -0.250 Shoreham Harbour; New Shoreham
GBSHS 51.450 0.750 Sheerness
GBSIL 54.867 -3.400 Silloth
GBSNS 58.967 -3.300 Stromness
GBSOU 50.900 -1.400 Southampton
GBSSS 51.717 -2.483 Sharpness
GBSTO 58.183 -6.367 Stornoway Harbor
GBSTR 54.900 -5.033 Stranraer; Ryan Loch
GBSUL 60.467 -1.300 Sullom Voe
GBSUN 54.917 -1.367 Sunderland
GBSVZ 49.917 -6.317 St. Mary's (Scilly Isl.)
GBSWA 51.617 -3.950 Swansea
GBSWY 60.133 -1.283 Scalloway
GBTAR 57.900 -6.817 Tarbert
GBTEE 54.650 -1.133 Teesport
GBTHP 51.433 0.700 Thamesport
GBTIL 51.467 0.333 Tilbury
GBTNM 50.550 -3.500 Teignmouth Harbour
GBTOB 45.267 -81.667 Tobermory
GBTOR 50.467 -3.533 Torquay Harbour
GBTRN 55.550 -4.683 Troon
GBTYM 55.000 -1.400 Tynemouth
GBUIG 57.583 -6.350 Uig
GBULL 57.900 -5.150 Ullapool; Broom Loch
GBWAT 51.183 -3.333 Watchet Harbor
GBWEY 50.617 -2.450 Weymouth Harbour
GBWHL 59.133 -2.600 Whitehall
GBWIC 58.433 -3.083 Wick
GBWIS 52.667 0.150 Wisbech
GBWKO 55.333 -1.583 Warkworth Harbour; Amble
GBWOR 54.567 -3.633 Workington
GBWPT 54.100 -6.250 Warren Point
GBWTB 54.483 -0.617 Whitby
GBWTS 51.367 1.033 Whitstable
GBYMO 50.700 -1.500 Yarmouth Harbour
GCCOG 1.083 9.700 Cogo
GDSTG 12.050 -61.750 St George's
GEABK 42.983 40.983 Sokhumi
GEBUS 41.650 41.650 Batumi
GEPTI 42.150 41.583 Poti
GESPS 42.100 41.717 Supsa Marine Terminal
GFDDC 4.850 -52.267 Degrad Des Cannes
GGACI 49.733 -2.200 Alderney Harbour; Alderney Harbor; Little Crabby Harbor
GGSPT 49.450 -2.533 Saint Peter Port
GGSTS 49.483 -2.517 Saint Sampson
GHSEK 4.950 -1.700 Sekondi
GHSPD 5.200 -1.050 Saltpond
GHTEM 5.632 0.016 Tema
GHTKD 4.883 -1.733 Takoradi
GLAGM 65.617 -37.617 Ammassalik
GLFHN 63.683 -51.517 Faeringehavn
GLGOH 64.183 -51.750 Nuuk; Godthab
GLJAV 69.217 -51.100 Illulissat (Jakobshavn); Iliussat
GLJCH 68.817 -51.183 Qasigiannguit-Christianshab; Kasigianguit
GLJEG 68.711 -52.868 Aasiaat; Egedesminde
GLJFR 62.000 -49.667 Paamuit (Frederikshab); Frederikshab; Pamiut
GLJGO 69.233 -53.533 Qeqertarsuaq
GLJGR 61.233 -48.100 Gronnedal (Kangilinnguit); Green Valley Harbor; Sermersooq
GLJHS 66.917 -53.700 Sisimiut
GLJJU 60.717 -46.033 Qaqortoq; Julianehaab
GLJNN 60.117 -45.200 Nanortalik Havn
GLJNS 60.917 -46.050 Narsaq
GLJSU 65.417 -52.917 Maniitsoq; Manitsok
GLJUV 72.150 -55.533 Kajalleq Upernavik; South Upernavik
GLSFJ 66.950 -50.950 Soendre Stroemfjord; Kangerlussuaq
GLTHU 76.533 -68.867 Pituffik (Thule Air Base); North Star Bugt
GLUAK 61.150 -45.433 Narsarssuaq
GLUMD 70.667 -52.117 Uummannaq
GMBJL 13.450 -16.567 Banjul; Bathurst
GNBTY 9.167 -13.200 Benti
GNCKY 9.517 -13.717 Conakry; Conakri; Konakri
GNKMC 10.633 -14.617 Kamsar; Kakande
GPBBR 16.000 -61.733 Basse Terre
GPPTL 16.417 -61.533 Port Louis
GPPTP 16.233 -61.533 Pointe A Pitre
GQBSG 1.867 9.767 Bata
GQLUB 3.500 8.567 Luba
GQPET 3.783 8.717 Punta Europa Terminal
GQSER 3.800 8.083 Serpentina Terminal
GQSSG 3.750 8.783 Malabo; Rey Malabo; Santa Isabelle
GRACL 38.900 22.817 Achladi
GRAND 37.833 24.950 Andros; Kastron
GRANI 35.200 25.717 Ayios Nikolaos
GRARM 38.183 20.517 Argostolion
GRASS 38.033 23.600 Aspropirgos
GRAST 38.483 21.100 Astakos
GRAXD 40.833 25.883 Alexandroupoli
GRCFU 39.617 19.933 Kerkira; Corfu
GRCLK 38.467 23.600 Chalkis
GRFLS 38.033 23.550 Elevsis
GRGAV 37.883 24.733 Gavrio
GRGIE 38.250 22.083 Aigio; Aegion; Ormos Aiyiou; Vostitza
GRGPA 38.250 21.733 Patrai; Patari Harbor; Patras; Patron
GRGYT 36.750 22.567 Yithion; Githion; Gythion
GRHER 35.350 25.150 Iraklion; Candia; Megalo Kastron
GRITA 38.433 22.417 Itea; Salona
GRJKH 38.367 26.133 Khios; Khiou
GRJMK 37.450 25.333 Mikonos; Mykonos
GRJNX 37.100 25.367 Nisos Naxos; Naxia
GRJSH 35.217 26.133 Sitia; Vamvakia
GRJSY 37.433 24.950 Limin Sirou; Ano Siros; Ermoupolis; Siros; Syra
GRKAK 37.650 21.317 Katakolon
GRKAR 37.800 26.683 Neon Karlovas; Karlovasion; Neon Karlovasion
GRKGS 36.900 27.283 Limin Kos; Coo; Stanko
GRKLL 34.933 24.833 Kali Limenes
GRKLX 37.017 22.117 Kalamata; Kalamon
GRKMI 36.950 26.983 Kalimnos; Calino
GRKVA 40.933 24.400 Kavala
GRKYM 38.833 23.467 Kymassi
GRLAV 37.700 24.067 Lavrio
GRLVR 38.383 24.050 Ormos Aliveriou
GRMEL 38.367 21.417 Mesolongion
GRMGR 37.967 23.400 Megara Oil Terminal
GRMJT 39.100 26.567 Mitilini
GRMLO 36.717 24.450 Milos; Adamas
GRNAV 36.900 21.667 Pilos; Navarin; Navarinou; Neo Kastro
GRNPK 37.567 22.800 Navplio; Nauplia
GRPER 37.967 23.567 Perama
GRPIR 37.933 23.650 Piraievs; Athens; Dhrapetsdna
GRPKK 37.133 26.850 Lakki; Temania
GRPLM 38.983 26.367 Plomarion; Potamos
GRPTL 41.000 25.133 Lagos
GRPVK 38.950 20.750 Preveza
GRPYT 37.683 26.950 Pithagorion; Pothagoriou; Tigani
GRQKG 38.450 23.600 Dhiavlos Steno; Chalkis; Khalkis; Steno Pass
GRRET 35.367 24.467 Rethimnon
GRRHO 36.450 28.233 Rodhos; Rhodes; Rodi
GRSDH 35.483 24.183 Soudha; Azizieh; Suda
GRSKG 40.633 22.933 Thessaloniki
GRSMI 37.750 26.967 Samos; Kolpos Vatheos
GRSTI 40.517 23.833 Stratoni
GRTSI 39.167 22.850 Tsingeli
GRVAT 38.433 23.600 Ormos Mikro Vathi; Mikro Vathi
GRVOL 39.367 22.950 Volos
GRYER 40.267 23.467 Yerakini; Gerakani
GSGRV -54.267 -36.500 Grytviken; Grytviken Harbor; King Edward Cove
GTIZ4 15.700 -88.617 Santo Tomas De Castilla; Puerto Matias De Galves
GTPBR 15.733 -88.600 Puerto Barrios
GTPRQ 13.917 -90.800 Puerto Quetzal
GUAPR 13.450 144.617 Apra Harbor
GWCAC 12.283 -16.233 Rio Cacheu
GWOXB 11.867 -15.633 Bissau
GYGEO 6.833 -58.167 Georgetown; Demerara
GYLDN 6.000 -58.300 Linden; Mackenzie
GYNAM 6.250 -57.517 New Amsterdam; Nieuw Amsterdam
HKHKG 22.267 114.200 Hong Kong
HNLCE 15.783 -86.800 La Ceiba
HNPCA 16.000 -85.983 Puerto Castilla
HNPCR 15.833 -87.950 Puerto Cortes
HNRTB 16.317 -86.550 Coxen Hole; Roatan
HNSLO 13.400 -87.450 Puerto De Hencan; Puerto De San Lorenzo
HNTEA 15.783 -87.450 Tela
HNTJI 15.917 -85.950 Trujillo
HRBAK 45.300 14.533 Bakar; Buccari
HRDBV 42.667 18.083 Dubrovnik; Ragusa
HRDUR 43.450 16.650 Dugi Rat
HRKOR 42.933 17.133 Korcula
HROMI 45.217 14.550 Omisalj
HRPLE 43.050 17.433 Ploce; Kardelievo; Kardeljevo
HRPUY 44.883 13.800 Pula; Rada Di Pola
HRRAS 45.050 14.067 Zaliv Rasa
HRRJK 45.333 14.433 Rijeka Luka; Baross; Branjoica; Brgud; Fiume; Luka Rijeka; Nazar Sauro
HRROV 45.083 13.633 Rovinj; Rovigno Distria
HRSEN 44.983 14.900 Senj; Luka Senj
HRSIB 43.733 15.883 Sibenik; Sebenico
HRSPU 43.500 16.433 Split
HRUMG 45.433 13.517 Umag
HRZAD 44.117 15.217 Zadar; Zara
HTCAP 19.767 -72.200 Cap Haitien; Cape Haitien
HTJAK 18.233 -72.533 Jacmel
HTMIR 18.450 -73.083 Miragoane
HTPAP 18.550 -72.350 Port Au Prince
HTPEG 18.433 -72.867 Petit Goave; Labadee
IDAJN -5.883 107.717 Ardjuna Oil Field
IDAMA -4.817 136.967 Amamapare
IDAMP -8.567 116.067 Ampenan
IDAMQ -3.683 128.167 Ambon; Amboina
IDANR -6.050 105.917 Anyer Lor
IDBDJ -3.333 114.583 Banjarmasin
IDBEN -8.900 116.750 Tanjung Benete
IDBET 4.133 105.133 Belida Marine Terminal
IDBIT 1.433 125.183 Bitung
IDBKI 1.467 102.100 Bengkalis
IDBKS -3.783 102.250 Bengkulu; Benhoelen; Benkulen
IDBLI -1.633 105.783 Blinyu; Belinjoe
IDBLL 5.233 97.100 Blanglancang
IDBLW 3.783 98.683 Belawan
IDBNT 4.150 106.250 Belanak Field Terminal
IDBOA -8.750 115.217 Benoa; Benoa Udjung
IDBPN -1.250 116.817 Balikpapan
IDBTH -2.617 116.300 Gunung Batu Besar
IDBTN -6.017 105.967 Banten
IDBUA -3.100 130.500 Bula; Boela
IDBUW -5.467 122.617 Baubau; Buton
IDBXT 0.100 117.483 Bontang Lng Terminal
IDBYQ 3.467 117.833 Tanjung Arang  (Bunyu)
IDCBN -6.717 108.567 Cirebon
IDCEB -8.183 114.833 Celukan Bawang
IDCXP -7.733 109.000 Cilacap; Tjilatjap
IDDAS -0.500 104.567 Dabo; Dabok
IDDJJ -2.533 140.717 Jayapura
IDDUM 1.683 101.450 Dumai; Doemai
IDENE -8.833 121.650 Ende
IDFKQ -2.933 132.283 Fakfak
IDGRE -7.150 112.650 Gresik
IDGTO 0.500 123.050 Gorontalo
IDJBT -0.917 104.067 Jabung Batanghari Marine Terminal
IDJKT -6.100 106.883 Jakarta; Batavia; Djakarta; Tandjoenpriok
IDKAS -1.300 131.017 Kasim Terminal
IDKBU -3.233 116.217 Kota Baru
IDKDI -3.967 122.583 Kendari; Kendari Bay
IDKIJ 0.850 104.600 Kijang
IDKKA 3.000 114.367 Kuala Kapus
IDKNL -1.983 121.333 Kolonodale
IDKOE -10.167 123.583 Kupang
IDKTJ 3.367 99.483 Kuala Tanjung; Tanjung Tanjung
IDKUM -2.750 111.717 Kumai
IDLAH -0.633 127.467 Labuha; Laboeha
IDLAT 1.183 102.217 Lalang Marine Terminal
IDLKA -8.350 122.983 Larantuka
IDLLA -1.450 116.767 Lawi Lawi Oil Terminal
IDLSW 5.250 97.117 Lhokseumawe; Semawe Town
IDLUW -0.950 122.800 Luwuk
IDMDC 1.500 124.833 Manado
IDMKQ -8.483 140.383 Merauke
IDMKW -0.867 134.083 Manokwari Road; Menukwari
IDMOF -8.617 122.217 Maumere
IDMRK -5.919 105.997 Merak Mas Terminal
IDMUO -2.067 105.167 Muntok
IDNAM -3.283 127.083 Namlea
IDNPL -3.200 116.283 North Pulau Laut Coal Terminal
IDOLO 5.567 95.283 Uleelheue; Lhonga; Olee Lheue; Olehleh Road
IDPAP -4.000 119.617 Parepare
IDPEX -6.850 109.700 Pekalongan
IDPGK -2.117 106.133 Pangkalpinang
IDPKN 4.117 98.217 Pangkalansusu
IDPLM -2.983 104.767 Palembang
IDPNJ -5.467 105.317 Panjang; East Harbor; Oosthaven
IDPNK -0.017 109.333 Pontianak
IDPOL -6.650 112.917 Poleng Oil Field
IDPRN -7.700 113.933 Panarukan
IDPRO -7.717 113.217 Probolinggo
IDPSJ -1.367 120.750 Poso
IDPSS 1.167 103.900 Pulau Sambu
IDPUM -4.167 121.600 Pomalaa
IDRAQ -4.850 122.733 Raha Roadstead
IDREM -6.700 111.350 Rembang
IDSAT -0.100 117.533 Tanjung Santan
IDSBG 5.883 95.317 Sabang
IDSEQ 1.350 102.167 Sungaipakning; Songaipaking
IDSGQ 0.367 117.567 Tanjung Sangata
IDSKP 1.133 103.917 Sekupang
IDSLG 1.733 98.767 Sibolga; Siboga; Tapnuli
IDSMQ -2.517 113.000 Sampit
IDSRG -6.950 110.417 Semarang
IDSRI -0.517 117.117 Samarinda
IDSTN -3.300 116.150 Stagen; Setagin
IDSUB -7.200 112.733 Surabaya; Tanjung Perak
IDSUG -2.983 104.833 Sungaigerong
IDSWT -1.350 130.983 Salawati
IDSXK -7.983 131.300 Saumlaki; Saumlakki
IDSZH -0.950 117.167 Senipah Oil Terminal
IDTAL -1.817 116.167 Tanah Merah
IDTAN 1.067 104.217 Tanjunguban
IDTBL -3.017 106.450 Toboali; Sabang
IDTBN -6.733 112.150 Tuban
IDTBR -1.000 100.367 Teluk Bayur; Emmahaven; Padang; Telukbayur
IDTEG -6.850 109.133 Tegal
IDTJB 0.983 103.433 Tanjung Balai Karimun
IDTJQ -2.750 107.633 Tanjungpandan; Tandjung Pandan
IDTNJ 0.917 104.450 Tanjungpinang; Tandjung Pinang
IDTSE -5.917 106.000 Tanjung Sekong; Merak Petroleum Base
IDTTE 0.783 127.383 Ternate
IDUDG 4.033 106.483 Udang Oilfield
IDUPG -5.133 119.400 Ujung Pandang; Makassar
IDWBA -2.783 129.500 Wahai
IDWGP -9.633 120.217 Waingapu
IDWID -4.667 106.650 Widuri Marine Terminal
IEBTH 51.683 -9.450 Bantry; Bantry Bay Oil Terminal
IECOB 51.850 -8.300 Cobh
IECTB 51.650 -9.917 Castletown Bearhaven
IEDRO 53.717 -6.300 Drogheda
IEFEN 52.267 -9.867 Fenit
IEFOV 52.617 -9.117 Foynes; Shannon Foynes
IEGRN 54.033 -6.133 Greenore
IEGWY 53.267 -9.050 Galway
IEKBS 54.633 -8.450 Killybegs
IEKLR 52.633 -9.500 Kilrush
IELMK 52.633 -8.617 Limerick; Luimneach
IEMTL 53.350 -6.250 Dublin; Baile Atha Cliath
IENRS 52.383 -6.950 New Ross
IEORK 51.850 -8.267 Cork
IERAT 55.100 -7.533 Rathmullan
IEROE 52.250 -6.333 Rosslare; Rosslare Europort
IESLI 54.267 -8.467 Sligo
IETAR 52.583 -9.367 Tarbert
IEWAT 52.267 -7.117 Waterford
IEWES 53.800 -9.533 Westport
ILAKL 31.667 34.500 Ashqelon
ILASH 31.817 34.650 Ashdod
ILETH 29.550 34.950 Elat; Eilat; Elath
ILHAD 32.467 34.900 Hadera
ILHFA 32.817 35.000 Haifa; Hefa; Khaifa
IMDGS 54.150 -4.467 Douglas
IMRAM 54.317 -4.367 Ramsey
INAZK 11.946 75.309 Azhikal (Azhikkal); Beliapatam; Valarpattam
INBED 22.573 70.046 Bedi; Bed
INBEY 11.167 75.800 Beypore; Beipur
INBHU 21.767 72.233 Bhavnagar
INBLK 14.700 74.267 Belekeri
INBOM 18.967 72.867 Mumbai (Bombay)
INCCJ 11.250 75.767 Calicut (Kozhikode)
INCCU 22.550 88.333 Calcutta
INCDL 11.717 79.767 Cuddalore
INDAH 21.700 72.533 Dahej
INDHP 17.583 73.167 Port Dabhol
INDMQ 20.817 86.967 Dhamra
INENR 13.261 80.343 Kamarajar Port; Ennur
INGGV 17.633 83.250 Gangavaram
INGPR 19.302 84.967 Gopalpur
INHAL 22.017 88.083 Haldia Port
INHZA 21.083 72.633 Hazira
INIXY 23.033 70.217 Kandla; Kundla
INIXZ 11.683 92.750 Port Blair
INJBD 20.867 71.383 Jafarabad
INJGD 17.300 73.217 Jaigarh Bay
INKAK 17.000 82.317 Kakinada Bay; Kakinada
INKOC 9.967 76.233 Kochi (Cochin)
INKRI 13.307 80.352 Kattupalli Port; Krishnapatnam
INKRK 10.833 79.867 Karaikal Port
INKRW 14.817 74.117 Karwar
INMAA 13.100 80.300 Chennai (Madras)
INMDA 21.150 72.750 Magdalla; Hazira
INMDV 22.833 69.350 Mandvi
INMRM 15.418 73.795 Marmagao
INMUN 22.728 69.707 Mundra
INNAV 22.956 70.448 Navlakhi
INNML 12.917 74.817 New Mangalore
INNPT 10.767 79.850 Nagappattinam
INNRP 17.683 83.300 Vishakhapatnam; Vizagapatam
INNSA 18.950 72.950 Jawaharlal Nehru Port (Nhava Shiva)
INOKH 22.468 69.080 Okha
INPAN 15.500 73.817 Panaji
INPAV 20.917 71.517 Pipavav Bandar
INPBD 21.633 69.600 Porbandar
INPNY 11.933 79.833 Pondicherry; New Pondicherry; Pondicherri
INPPT 20.267 86.683 Paradip
INQUI 8.872 76.584 Quilon (Kollam)
INRTC 16.983 73.283 Ratnagiri
INSKK 22.433 69.833 Sikka
INTRV 8.483 76.950 Trivandrum
INTUT 8.800 78.167 Tuticorin
INVAD 22.467 69.667 Vadinar Terminal
INVVA 20.900 70.367 Veraval
IODGA -7.350 72.467 Diego Garcia
IQBSR 30.517 47.833 Al Basrah
IQKAZ 30.183 47.900 Khawr Al Zubair; Khor Al Zubair; Khawr Al Zubair Lng Terminal
IQKHA 29.783 48.800 Khawr Al Amaya
IQMAB 29.683 48.817 Al-Basra Oil Terminal; Mina Al Bakr Terminal
IQUQR 30.017 47.950 Umm Qasr
IRABD 30.333 48.283 Abadan
IRBKM 30.433 49.083 Bandar Khomeyni; Banda-e Iman Khomeyni
IRBND 27.150 56.200 Bandar Abbas; Bandar Shahid Bahonar
IRBSR 27.100 56.067 Bandar-E Shahid Reajie
IRBUZ 28.983 50.833 Bushehr
IRCYT 29.017 49.483 Sirus Oil Terminal; Cyrus Oil Terminal; Soroosh Oil Terminal
IRHOR 27.100 56.450 Jazireh-Ye Hormoz
IRJAK 25.633 57.767 Jask
IRKHK 29.233 50.333 Kharg Island Oil Terminal; Jazireh-ye Khark
IRKHO 30.433 48.183 Khorramshahr
IRLVP 26.783 53.333 Jazireh-Ye Lavan Oil Terminal; Lavan Island
IRMRX 30.467 49.183 Bandar-E Mahshahr
IRSXI 25.900 54.550 Jazireh-Ye Sirri
IRZBR 25.267 60.617 Chah Bahar; Chabahar
ISAKU 65.683 -18.083 Akureyri
ISBIL 65.683 -23.600 Bildudalur
ISBOL 66.167 -23.233 Bolungarvik
ISDAL 65.983 -18.517 Dalvik
ISDJU 64.667 -14.283 Djupivogur
ISESK 65.067 -14.017 Eskifjordhur; Eske Fsord
ISFAS 64.933 -14.017 Budir; Budhir; Faskrudsfjordur
ISGRE 65.950 -18.183 Grenivik
ISGRF 64.933 -23.250 Grundarfjordur
ISGRI 63.833 -22.433 Grindavik
ISGRT 64.267 -22.000 Grundartangi
ISHAF 64.067 -21.950 Hafnarfjordur
ISHEL 64.017 -22.550 Helguvik
ISHFN 64.250 -15.233 Hornafjordur
ISHUS 66.033 -17.333 Husavik
ISHVM 65.400 -20.950 Hvammstangi
ISISA 66.067 -23.117 Isafjordur
ISKEV 64.000 -22.550 Keflavik
ISKJF 64.150 -22.017 Skerjafjordur
ISKOV 64.117 -21.950 Kopavogur
ISNES 65.150 -13.683 Neskaupstadur; Neseyri; Nordfjordur
ISOLF 66.067 -18.650 Olafsfjordur
ISPAT 65.600 -24.000 Patreksfjordur
ISRAU 66.450 -15.933 Raufarhofn
ISREY 64.150 -21.933 Reykjavik
ISSAU 65.750 -19.667 Saudarkrokur
ISSEY 65.267 -14.000 Seydhisfjordhur; Seydisfjordur
ISSIG 66.150 -18.917 Siglufjorhurd; Hvanneyri; Siglufjordur
ISSKA 65.817 -20.317 Skagastrond
ISSTR 64.050 -22.050 Straumsvik
ISSTY 65.083 -22.733 Stykkisholmur
ISTEY 65.883 -23.483 Thingeyri; Pingeyri
ISTHH 63.850 -21.367 Thorlakshofn
ISTHO 66.200 -15.333 Thorshofn
ISVES 63.433 -20.283 Vestmannaeyjar
ISVPN 65.750 -14.817 Vopnafjordur
ITAHO 40.568 8.307 Alghero
ITANZ 41.446 12.637 Anzio - Nettuno
ITAOI 43.629 13.494 Ancona
ITATX 39.933 9.700 Arbatax
ITAUG 37.217 15.233 Augusta; Megarese; Priolo Gargallo
ITBAI 40.817 14.074 Baia
ITBCE 41.246 16.509 Bisceglie
ITBDS 40.650 17.983 Brindisi
ITBLN 40.810 14.158 Bagnoli
ITBLT 41.334 16.292 Porto Di Barletta
ITBRI 41.146 16.846 Bari
ITCAG 39.190 9.102 Cagliari
ITCAS 40.700 14.476 Castellammare Di Stabia
ITCGC 39.672 16.529 Corigliano Calabro
ITCHI 45.233 12.300 Porto Di Chioggia
ITCHX 44.305 9.326 Chiavari - Lavagna
ITCLF 39.147 8.317 Carloforte
ITCML 40.752 13.912 Casamicciola
ITCNT 44.208 12.408 Cesenatico
ITCRV 39.078 17.136 Crotone; Porto Di Crotone
ITCTA 37.500 15.100 Catania
ITCTR 38.032 12.885 Castellammare Del Golfo
ITCVV 42.102 11.771 Civitavecchia
ITFAO 43.857 13.017 Fano
ITFAV 37.933 12.324 Favignana
ITFCO 41.772 12.214 Fiumicino; Rome
ITFOM 41.254 13.614 Formia
ITFRD 40.742 13.859 Forio
ITGAE 41.223 13.577 Gaeta
ITGAI 40.993 9.624 Golfo Aranci
ITGAL 40.060 17.984 Gallipoli
ITGEA 37.067 14.250 Gela; Terranova
ITGIA 37.828 15.273 Giardini Naxos
ITGIT 38.444 15.890 Gioia Tauro
ITGOA 44.398 8.922 Genova
ITGPR 42.362 10.921 Giglio Porto; Porto Del Giglio
ITGRD 45.697 13.298 Grado
ITGUI 42.756 13.979 Giulianova
ITIMP 43.883 8.033 Imperia
ITIOA 43.316 13.734 Civitanova Marche
ITISH 40.748 13.944 Ischia
ITLEV 37.987 12.341 Levanzo
ITLIC 37.092 13.936 Licata
ITLIP 38.483 14.967 Lipari
ITLIV 43.542 10.290 Livorno; Leghorn
ITLMP 35.494 12.601 Lampedusa
ITMAZ 37.644 12.592 Mazara Del Vallo
ITMDA 41.208 9.403 Maddalena; La Maddalena
ITMDC 44.027 10.047 Marina Di Carrara; Apuania; Carrara
ITMFR 41.617 15.917 Manfredonia
ITMLZ 38.217 15.250 Milazzo
ITMMO 37.966 12.075 Marettimo
ITMNF 45.783 13.550 Monfalcone
ITMNP 40.955 17.308 Monopoli
ITMOL 41.217 16.600 Molfetta
ITMRA 37.783 12.433 Marsala
ITMRM 39.372 17.136 Ciro Marina
ITMSN 38.200 15.567 Messina
ITNAP 40.833 14.275 Napoli; Naples
ITODB 41.062 17.100 Mola Di Bari
ITOLB 40.925 9.528 Olbia; Terranova Pausania
ITOTN 42.350 14.417 Ortona
ITOTO 40.152 18.493 Otranto
ITPCE 41.137 9.540 Porto Cervo
ITPCS 44.495 12.291 Porto Di Corsini; Ravenna
ITPEM 37.278 13.528 Porto Empedocle; Empedocle
ITPES 43.928 12.903 Pesaro
ITPFE 42.817 10.333 Portoferraio
ITPFX 39.083 9.033 Sarroch Oil Terminal; Porto Fox
ITPGA 44.677 12.252 Porto Garibaldi
ITPIO 42.933 10.557 Portovecchio Di Piombino; Vecchio Di Piombino
ITPMO 38.119 13.380 Porto Di Palermo
ITPNG 45.759 13.167 Nogaro; Porto Nogaro
ITPNL 36.838 11.942 Pantelleria
ITPNZ 40.895 12.964 Ponza
ITPOZ 40.824 14.110 Pozzuoli
ITPPF 39.050 8.467 Porto Ponte Romano; Ponte Romano
ITPRO 40.770 14.031 Procida
ITPSR 42.464 14.236 Pescara
ITPSS 42.440 11.122 Porto Santo Stefano; Santo Stefano
ITPTH 42.404 11.213 Porto Ercole
ITPTO 40.852 8.396 Porto Torres; Torres
ITPVE 39.194 8.384 Porto Vesme; Vesme
ITPZL 36.717 14.850 Pozzallo
ITQOS 39.867 8.550 Porto Di Oristano
ITREG 38.129 15.650 Reggio Di Calabria
ITRMI 44.081 12.574 Rimini
ITRPT 37.735 15.209 Riposta
ITSAL 40.667 14.750 Salerno
ITSAT 39.066 8.460 Sant'Antioco
ITSCK 37.502 13.075 Sciacca; Sciacea
ITSDB 42.960 13.892 San Benedetto Del Tronto
ITSEG 43.724 13.221 Senigallia
ITSFE 41.226 13.097 San Felice Circeo
ITSIR 37.050 15.283 Siracusa; Syracuse
ITSPA 37.069 15.297 Santa Panagia; Baia S. Panagia
ITSPE 44.100 9.833 La Spezia; Spezia
ITSRE 43.817 7.786 San Remo
ITSVC 38.181 12.736 San Vito Lo Capo
ITSVN 44.317 8.500 Savona
ITTAR 40.467 17.200 Taranto
ITTDG 40.783 14.367 Torre Del Greco
ITTNI 41.283 16.424 Trani
ITTOA 40.750 14.450 Torre Annunziata
ITTPS 38.012 12.506 Trapani
ITTRC 41.283 13.258 Terracina
ITTRI 37.985 13.723 Termini Imerese
ITTRS 45.651 13.746 Trieste
ITUGG 45.600 13.767 Muggia
ITVCE 45.417 12.433 Porto Di Lido-Venezia; Porto Di Lido; Venezia; Venice
ITVDA 43.350 10.450 Vada
ITVDL 44.265 8.453 Rada Di Vado; Vado Liguri
ITVIA 43.862 10.234 Viareggio
ITVSG 38.222 15.630 Villa San Giovanni
ITVSO 42.117 14.717 Vasto
ITVVA 38.723 16.130 Vibo Valentia Marina
JBHBI 33.933 130.833 Hibikinada
JESTH 49.183 -2.117 Saint Helier Harbour
JMFMH 18.483 -77.650 Falmouth
JMKIN 17.967 -76.783 Kingston
JMLUC 18.450 -78.167 Lucea
JMMBJ 18.467 -77.933 Montego Bay
JMOCJ 18.417 -77.117 Ocho Rios
JMPEV 17.883 -77.133 Port Esquivel; Alumina Marine Term; Esquivel
JMPKS 17.867 -77.600 Port Kaiser; Little Pedro Pt.
JMPOT 18.183 -76.450 Port Antonio
JMRIB 18.467 -77.467 Rio Bueno
JMROP 17.817 -77.150 Rocky Point
JMSLM 18.200 -78.133 Savannah La Mar
JOAQJ 29.517 35.000 Al Aqabah; Aqaba
JPABA 44.017 144.283 Abashiri Ko
JPAIO 34.783 134.467 Aioi
JPAMA 34.700 135.383 Amagasaki
JPAOJ 40.833 140.750 Aomori Ko
JPAOK 32.983 129.067 Aokata
JPATM 34.667 137.067 Atsumi
JPAXT 39.781 140.015 Akita-Funakawa Ko; Akita
JPBPU 33.317 131.517 Beppu
JPCHB 35.583 140.067 Chiba Ko; Samukawa; Tiba
JPCHO 35.733 140.850 Choshi; Tyosi
JPESI 41.867 140.117 Esasi Ko; Esasi
JPFKJ 36.067 136.200 Fukui; Fukui Ko
JPFNB 35.667 139.950 Funabashi
JPFTX 36.767 137.133 Fushiki-Toyama; Fushiki Toyama
JPFYM 34.433 133.433 Fukuyama
JPGAM 34.817 137.217 Gamagori Ko
JPHAB 34.283 133.183 Habu Ko
JPHAG 34.417 131.400 Hagi Ko
JPHAN 34.467 135.350 Hannan Ko
JPHHE 40.533 141.550 Hachinohe Ko
JPHHR 34.700 134.833 Higashi-Harima
JPHIB 34.450 133.933 Hibi Ko
JPHIJ 34.350 132.467 Hiroshima
JPHIM 34.750 134.633 Himeji; Himezi
JPHKD 41.783 140.717 Hakodate Ko
JPHKR 33.950 131.933 Hikari
JPHKT 33.600 130.400 Hakata
JPHMD 34.900 132.083 Hamada Ko
JPHMK 37.033 137.850 Himekawa
JPHNK 43.283 145.583 Hanasaki Ko
JPHRH 34.767 134.633 Hirohata
JPHRR 24.800 125.283 Hirara Ko
JPHSM 32.433 131.667 Hososhima Ko
JPHTC 36.500 140.633 Hitachi; Hitaki Ko
JPIHA 33.983 133.283 Niihama
JPIMB 34.067 133.017 Imabari Ko; Imabari
JPIMI 33.283 129.883 Imari
JPISG 24.333 124.167 Ishigaki
JPISI 43.217 141.283 Ishikari Bay New Port; Ishikariwan Ko
JPISM 38.400 141.317 Ishinomaki Ko; Isinomaki
JPIWK 34.183 132.250 Iwakuni Ko
JPIZH 34.200 129.300 Izuhara
JPKAR 33.483 129.967 Karatsu
JPKCZ 33.500 133.567 Kochi Ko; Koti
JPKGA 34.700 134.833 Kakogawa
JPKII 31.383 130.550 Kiire
JPKIJ 37.917 139.050 Niigata Ko; Niigata-nishi (West Port)
JPKIK 34.033 132.833 Kikuma Ko
JPKIS 39.267 141.900 Kamaishi Ko
JPKKW 34.183 132.433 Kanokawa Ko
JPKND 33.783 131.017 Kanda
JPKNN 26.417 127.900 Kin Wan; Chin
JPKNU 34.850 136.950 Kinuura Ko
JPKNZ 36.617 136.600 Kanazawa
JPKOJ 31.583 130.567 Kagoshima Ko
JPKOK 33.883 130.883 Kokura Ko
JPKOM 34.017 134.600 Komatsushima
JPKRE 34.233 132.550 Kure
JPKSM 35.933 140.700 Kashima Ko
JPKSN 38.867 141.600 Kesennuma Ko
JPKUD 34.000 131.867 Kudamatsu
JPKUH 42.983 144.367 Kushiro Ko; Kusiro
JPKWS 35.500 139.767 Kawasaki Ko
JPKWZ 37.367 138.550 Kashiwazaki
JPKZU 35.367 139.883 Kisarazu Ko
JPMAI 35.517 135.333 Maizuru Ko
JPMAR 34.300 133.783 Marugame Ko
JPMII 33.000 130.417 Miike Ko
JPMIN 32.200 130.383 Minamata Ko; Minamata
JPMIS 32.600 130.467 Misumi Ko; Kumamoto
JPMIY 35.533 135.200 Miyazu
JPMIZ 34.500 133.750 Mizushima Ko; Mizusima
JPMKS 34.183 132.517 Mitsukojima
JPMKW 34.717 137.300 Mikawa; Makawi
JPMKX 34.000 133.550 Mishima-Kawanoe Ko
JPMOJ 33.950 130.967 Moji Ko; Kitak Yushu; Kitakyushu
JPMOR 42.117 140.583 Mori
JPMSA 34.600 136.567 Matsusaka; Matsusaki; Tsumatsusaka
JPMTR 33.967 130.867 Muturezima Ko
JPMTS 32.933 129.600 Matsu-Shima
JPMUR 42.350 140.967 Muroran Ko
JPMYJ 33.850 132.700 Matsuyama; Mitsuhama
JPMYK 39.633 141.983 Miyako; Miyako Ko
JPNAH 26.217 127.683 Naha Ko
JPNAK 26.267 127.917 Nakagusuku
JPNAO 37.183 138.250 Naoetsu Ko
JPNEM 43.333 145.583 Nemuro Ko
JPNGO 35.067 136.867 Nagoya Ko
JPNGS 32.717 129.850 Nagasaki
JPNHR 26.217 127.800 Nishihara
JPNIH 38.017 139.233 Eastern Part Of Niigata-Ko; Niigata-higashi (East Port)
JPNIT 34.117 132.900 Namikata
JPNNO 37.050 136.983 Nanao Ko
JPNSR 40.217 140.000 Noshiro Ko; Nosiro Ko
JPOFO 39.050 141.733 Ofunato
JPOIT 33.250 131.667 Oita Ko
JPOMZ 34.600 138.233 Omaezaki Ko
JPONA 36.933 140.900 Onahama Ko; Iwaki
JPOND 34.000 131.183 Onoda
JPONG 38.450 141.450 Onagawa
JPONX 34.383 133.167 Onomichi-Itozaki
JPOSA 34.650 135.433 Osaka; Sakai
JPOTR 43.200 141.017 Otaru Ko
JPOWA 34.067 136.217 Owase Ko
JPRMI 43.950 141.633 Rumoi Ko
JPRYO 38.083 138.567 Ryotu Ko; Ryozu Sado Shima
JPSAE 32.967 131.933 Saiki Ko
JPSAG 33.250 131.867 Saganoseki Ko
JPSAK 35.550 133.250 Sakai Ko
JPSBK 34.550 135.433 Sakai-Senboku
JPSBS 31.467 131.100 Shibushi Wan
JPSGM 38.317 141.033 Sendai-Shiogama; Siogama
JPSHN 33.667 135.983 Shingu
JPSHS 33.933 130.933 Shimonoseki
JPSKD 34.333 133.850 Sakaide Ko; Sakaide
JPSKM 34.767 134.650 Shikama
JPSKT 38.933 139.817 Sakata Ko
JPSMD 34.667 138.950 Shimoda Ko
JPSMN 35.533 133.233 Sakaiminato
JPSMZ 35.017 138.500 Shimizu Ko; Simizu
JPSOM 37.833 140.950 Soma
JPSSB 33.167 129.717 Sasebo
JPSUZ 33.383 133.300 Susaki Ko
JPTAE 33.717 135.367 Tanabe Ko
JPTAK 34.350 134.050 Takamatsu
JPTBN 33.867 134.667 Tachibana; Anan
JPTBT 33.917 130.817 Tobata
JPTGO 35.133 138.700 Tagonoura Ko
JPTKM 34.217 133.683 Takuma
JPTKY 34.033 131.817 Tokuyama
JPTMI 33.083 131.867 Tsukumi Ko
JPTMK 42.633 141.633 Tomakomai Ko
JPTND 34.033 131.750 Tonda
JPTOB 34.483 136.850 Toba
JPTOK 42.250 143.300 Tokachi; Hiroo
JPTRG 35.650 136.067 Tsuruga Ko; Turuga
JPTTY 35.000 139.800 Tateyama Ko
JPTYO 35.667 139.750 Tokyo Ko
JPUBJ 33.933 131.233 Ube Ko
JPUCR 35.517 135.500 Uchiura
JPUKB 34.650 135.183 Kobe
JPUNO 34.483 133.950 Uno Ko; Tama
JPURG 35.233 139.717 Uraga Ko
JPUWA 33.217 132.567 Uwajima Ko
JPWAK 34.200 135.133 Wakayama-Shimotsu Ko; Minami-ku
JPWAM 33.900 130.817 Wakamatsu Ko
JPWKJ 43.417 141.683 Wakkanai
JPYAN 33.950 132.133 Yanai
JPYAT 32.500 130.533 Yatsushiro Ko
JPYKK 34.967 136.633 Yokkaichi; Yokkaiti
JPYOK 35.450 139.583 Yokohama Ko
JPYOS 35.283 139.667 Yokosuka Ko
JPYUA 33.950 135.100 Yura
JPYWH 33.450 132.417 Yawatahama
JPYWT 33.867 130.817 Yahata; Yawata
KEKLF -3.633 39.867 Kilifi
KELAU -2.267 40.900 Lamu
KEMBA -4.067 39.667 Mombasa; Mvita
KEMYD -3.217 40.133 Malindi
KHKOS 10.633 103.500 Kampong Saom; Krong Preah Sihanouk; Sihanoukville
KICIS -2.833 -171.717 Canton Island
KITRW 1.333 172.933 Tarawa Atoll
KMDZA -12.783 45.250 Dzaoudzi
KMFOU -12.267 43.750 Fomboni; Fumboni
KMMUT -12.150 44.400 Moutsamoudu; Matsamudu
KMYVA -11.700 43.250 Moroni
KNBAS 17.300 -62.717 Basseterre
KNCHA 17.133 -62.633 Charlestown
KPCHO 41.767 129.817 Ch'ongjin
KPHAE 38.000 125.700 Haeju Hang; Haeju
KPHGM 39.833 127.617 Hungnam; Konan
KPNAM 38.717 125.400 Nampo; Chinnampo
KPRJN 42.233 130.300 Najin; Rashin
KPSGN 38.733 125.617 Kyomip'o; Songnim
KPSON 40.667 129.200 Kimch'aek; Songjin
KPWON 39.167 127.450 Wonsan
KRCHF 35.133 128.650 Chinae; Jinhae
KRINC 37.467 126.617 Inchon; Chemulpo; Jinsen
KRKAN 34.850 127.800 Gwangyang Hang
KRKPO 36.050 129.383 Pohang
KRKUV 35.983 126.617 Kunsan; Kunson
KRMAS 35.183 128.567 Masan
KRMOK 34.783 126.383 Mokpo; Moppo
KRMUK 37.567 129.117 Mukho; Mugho
KRPTK 37.000 126.800 Pyeongtaek Hang
KRPUS 35.100 129.033 Busan; Fusan
KRSHO 38.200 128.600 Sokch'o Hang
KRTGA 37.533 129.150 Tonghae; Donghae
KRTSN 37.017 126.400 Daesan Hang; Daesan
KRUSN 35.450 129.400 Ulsan; Urusan
KRYOS 34.733 127.750 Yosu; Reisu
KWDOH 29.383 47.800 Doha Harbor; Mina Ad Dawhah
KWKWI 29.350 47.933 Al Kuwayt; Kuwait; Mina Ash Shuwaykh
KWMEA 29.067 48.167 Mina Al Ahmadi; Al Fuhayhil
KWMIB 29.017 48.167 Mina Abd Allah; Mina Al Abdulla
KWMIS 28.733 48.400 Mina Az Zawr; Mina Saud
KWSAA 29.033 48.167 Mina Ash Shuaybah; Shuaiba
KYCYB 19.750 -79.750 Cayman Brac
KYGEC 19.300 -81.383 Georgetown
LBBEY 33.900 35.500 Bayrut; Beirut; Beyrouth
LBKYE 34.450 35.833 Tarabulus
LBSAY 33.500 35.350 Sayda; Saida; Sidon
LBZHR 33.533 35.317 Sidon/zahrani Terminal
LCCAS 14.017 -61.000 Castries
LCCDS 13.983 -61.017 Grand Cul De Sac Bay; Cul De Sac
LCVIF 13.717 -60.967 Vieux Fort
LKCMB 6.950 79.850 Colombo
LKGAL 6.033 80.228 Galle Harbor
LKHBA 6.117 81.133 Hambantota
LKKNK 9.817 80.050 Kankesanturai
LKTRR 8.550 81.217 Trincomalee Harbor
LRCPA 4.367 -7.717 Cape Palmas
LRGRE 4.983 -9.050 Greenville; Sinoe
LRMLW 6.317 -10.817 Monrovia
LRUCN 5.867 -10.067 Buchanan; Grand Bassa; Lower Buchanan
LTBOT 56.033 20.950 Butinge Oil Terminal; Butinge Marine Terminal
LTKLJ 55.717 21.117 Klaipeda; Memel
LVLPX 56.517 21.017 Liepaja; Libau
LVRIX 56.950 24.100 Riga
LVSAL 57.700 24.367 Salacgriva
LVVNT 57.400 21.533 Ventspils; Vindau; Windau
LYABK 33.067 11.817 Abu Khammash
LYBEN 32.117 20.050 Banghazi; Bengasi
LYBOU 33.900 12.650 Bouri Oil Field
LYDRX 32.767 22.650 Darnah; Derna
LYESI 30.633 18.367 As Sidr; Abyar As Sirs; Es Sider
LYKHM 32.667 14.250 Khoms
LYMBR 30.417 19.600 Al Burayqah; Marsa Brega
LYMIS 32.367 15.217 Misratah; Marsa Misratah; Misurata Marina; Qasr Ahmed
LYRLA 30.517 18.567 Ras   Lanuf
LYTIP 32.900 13.183 Mina Tarabulus (Tripoli); Tripoli
LYTOB 32.083 23.983 Mersa Tobruq; Marsa Al Hariga; Marsa Tobruk; Tobruk
LYZAW 32.800 12.717 Az Zawiya
LYZUE 30.850 20.050 Ez Zueitina; Qarnat Az Zuwaytinan; Sidi Alib
MAAGA 30.433 -9.633 Agadir
MAAHU 35.250 -3.917 Port D Al Hoceima
MACAS 33.600 -7.617 Casablanca; Dar El Beida
MAELJ 33.250 -8.500 El Jadida; Mazagan
MAESS 31.500 -9.783 Essaouira; Mogador; Suira
MAEUN 27.083 -13.433 Laayoune
MAJFL 33.117 -8.617 El Jorf Lasfar
MAMOH 33.717 -7.400 Mohammedia
MANDR 35.283 -2.933 Port Nador
MANNA 34.300 -6.600 Kenitra; Port Lyautey
MAPTM 35.900 -5.517 Tangier-Mediterranean
MASFI 32.300 -9.250 Safi; Asafi
MATNG 35.783 -5.817 Tanger; Tangier
MCMON 43.733 7.417 Monaco
MEBAR 42.083 19.083 Bar
MEKOT 42.417 18.767 Kotor
MERSN 42.517 18.700 Risan
METIV 42.433 18.700 Tivat
MGDIE -12.267 49.283 Antsiranana; Antsirana; Diego Suarez; Port De La Nievre; Port Nievre
MGMJN -15.717 46.300 Mahajanga
MGMNJ -21.250 48.333 Mananjary; Mananzhari
MGMOQ -20.283 44.300 Morondava
MGMXT -18.067 44.017 Maintirano
MGTLE -23.367 43.667 Toliara; Tulear
MGTLN -25.033 47.000 Tolanaro; Taolanaro
MGTOA -18.167 49.417 Toamasina
MGWMN -15.450 49.817 Maroantsetra
MGWVK -22.117 48.050 Manakara
MHENT 11.333 162.333 Enitwetak Island; Enewotok
MHKWA 8.717 167.733 Kwajalein
MHMAJ 7.083 171.383 Majuro Atoll
MMAKY 20.133 92.900 Sittwe; Akyab
MMBSX 16.783 94.733 Bassein
MMMER 12.433 98.600 Mergui
MMRGN 16.767 96.167 Rangoon
MOMFM 22.183 113.567 Macau
MPROP 14.133 145.150 Rota
MPSPN 15.200 145.683 Saipan
MPTIQ 14.967 145.617 Tinian
MQFDF 14.600 -61.067 Fort De France
MRNDB 20.917 -17.050 Nouadhibou; Etienne; Port Etienne
MRNKC 18.033 -16.033 Nouakchott
MTMAR 35.817 14.550 Marsaxlokk; Marsa Scirocco
MTMLA 35.900 14.517 Valletta Harbors
MUPLU -20.150 57.500 Port Louis
MUPMA -19.683 63.417 Port Mathurin
MVMCP 4.167 73.500 Male
MXACA 16.850 -99.933 Acapulco
MXATM 22.483 -97.850 Altamira
MXCAT 20.167 -91.983 Cayo Arcas Terminal
MXCME 18.633 -91.867 Ciudad Del Carmen; Laguna De Terminos
MXCOA 18.150 -94.417 Coatzacoalcos; Puerto Mexico
MXCPE 19.850 -90.550 Campeche
MXCZM 20.500 -86.967 San Miguel De Cozumel; Cozumel
MXDBT 18.433 -93.217 Dos Bocas Terminal
MXESE 31.867 -116.633 Ensenada
MXFRN 18.533 -92.650 Frontera; Alvaro Obregon
MXGYM 27.917 -110.917 Guaymas
MXLAP 24.167 -110.317 La Paz
MXLZC 17.933 -102.167 Lazaro Cardenas
MXMTT 17.900 -94.583 Minatitlan
MXMZT 23.200 -106.417 Mazatlan
MXNAN 18.067 -94.417 Nanchital
MXPGO 21.283 -89.667 Progreso; Terminal Remota
MXPIC 24.267 -110.333 Pichilingue
MXPMD 14.700 -92.450 Puerto Madero
MXPMS 28.050 -115.183 Puerto Morro Redondo
MXPVR 20.617 -105.267 Puerto Vallarta; Penas
MXRST 32.367 -117.100 Rosarito
MXSCX 16.167 -95.200 Salina Cruz
MXSJC 24.400 -110.700 San Juan De La Costa
MXSMI 27.183 -112.100 Isla San Marcos; San Marcos
MXSRL 27.333 -112.283 Santa Rosalia
MXTAM 22.217 -97.867 Tampico
MXTPB 25.600 -109.067 Topolobampo
MXTUX 20.950 -97.400 Tuxpan
MXVER 19.200 -96.133 Veracruz
MXZLO 19.050 -104.317 Manzanillo
MYBKI 5.983 116.067 Kota Kinabalu; Jesselton
MYBKP 4.950 118.583 Bakapit
MYBTN 2.167 111.633 Bintangor
MYBTU 3.267 113.067 Bintulu Port
MYJHB 1.433 103.900 Johor; Pasir Gudang
MYKCH 1.567 110.350 Kuching
MYKEM 4.250 103.467 Kemaman Harbor
MYKUA 3.967 103.433 Kuantan New Port
MYKUD 6.883 116.850 Kudat
MYLDU 5.017 118.317 Lahad Datu
MYLGK 6.433 99.767 Port Langkawi
MYLUM 4.233 100.633 Lumut
MYLUT 4.467 114.000 Lutong
MYMEA 2.200 102.250 Melaka; Malacca
MYMUA 2.050 102.567 Muar; Bandar Maharani
MYMYY 4.383 113.967 Miri
MYMZS 4.683 118.250 Mostyn
MYPDI 2.533 101.783 Port Dickson
MYPEN 5.417 100.350 Pulau Pinang
MYPKG 3.000 101.400 Port Klang; Port Kelang; Port Swettenham
MYSAR 2.133 111.533 Sarikei
MYSBW 2.283 111.817 Sibu
MYSDK 5.833 118.117 Pelabuhan Sandakan; Elopura
MYSUP 2.250 102.133 Pelabuhan Sungai Udang
MYTAN 4.017 101.017 Teluk Anson
MYTAT 5.517 105.017 Tapis Marine Terminal A
MYTGG 5.350 103.133 Kuala Trengganu; Trengganu
MYTMP 2.150 111.350 Tg. Mani
MYTPP 1.350 103.550 Tanjung Pelepas
MYTWU 4.250 117.883 Tawa
MZBEW -19.833 34.833 Beira
MZIBO -12.333 40.617 Ibo
MZINE -18.567 36.500 Chinde
MZINH -23.917 35.400 Inhambane; Innamban
MZMNC -14.533 40.667 Nacala; Nakala
MZMPM -25.963 32.545 Maputo; Lourenco Marques
MZMZQ -15.033 40.733 Mocambique; Mozambique
MZPBE -17.700 37.183 Porto Belo
MZPEB -17.267 38.150 Pebane
MZPOL -12.967 40.500 Pemba; Port Amelia
MZUEL -17.883 36.883 Quelimane; Kiliman
NALUD -26.650 15.150 Luderitz Bay; Angra Pequena
NAWVB -22.950 14.500 Walvis Bay; Walvisbaai
NCBUG -21.150 165.550 Baie Ugue
NCKOU -21.383 165.817 Baie De Kouaoua
NCNOU -22.283 166.433 Noumea
NGABM 3.467 5.567 Agbami Oil Terminal
NGAKP 3.133 6.817 Akpo Oil Terminal
NGANA 4.217 8.333 Antan Oil Terminal
NGBON 4.450 7.167 Bonny; Bonny Offshore Terminal
NGBRA 4.067 6.283 Brass Oil Terminal
NGBUR 5.350 5.500 Burutu
NGCBQ 4.967 8.317 Calabar
NGESC 5.500 5.000 Escravos Oil Terminal
NGFOR 5.367 5.433 Forcados; Port Forcados; Forcados Oil Terminal
NGKOK 6.000 5.467 Koko
NGLOS 6.400 3.400 Lagos
NGODU 4.000 7.767 Odudu Terminal
NGOKN 3.983 7.300 Okono Terminal
NGOKR 4.717 7.083 Okrika
NGOKW 3.850 6.983 Okwori Terminal
NGONN 4.683 7.150 Onne
NGPEN 4.250 5.617 Pennington Oil Terminal
NGPHC 4.767 7.000 Port Harcourt; Harcourt
NGQIB 4.233 8.033 Qua Iboe Oil Terminal
NGSPL 5.900 5.683 Sapele
NGTIN 6.350 3.350 Tin Can Island
NGUKP 5.717 4.833 Ukpokiti Marine Terminal
NGWAR 5.517 5.733 Warri
NIBEF 12.017 -83.750 Bluefields
NICIO 12.483 -87.167 Corinto
NIELB 12.000 -83.700 El Bluff
NIPSN 12.183 -86.767 Puerto Sandino
NIPUZ 14.017 -83.383 Puerto Cabezas
NLAMS 52.367 4.900 Amsterdam
NLDHR 52.967 4.783 Den Helder; Willemsoord
NLDOR 51.817 4.650 Dordrecht
NLDZL 53.333 6.933 Delfzijl
NLEEM 53.450 6.833 Eemshaven
NLEUR 51.950 4.117 Europoort
NLHAN 51.450 4.000 Hansweert
NLHAR 53.183 5.417 Harlingen
NLHVH 51.950 4.133 Hoek Van Holland; Berg Haven; Hook Of Holland
NLIJM 52.467 4.583 Ijmuiden; Ymuiden
NLMSL 51.917 4.250 Maassluis; Massluis
NLRTM 51.900 4.483 Rotterdam
NLSCE 52.100 4.267 Scheveningen
NLSCI 51.900 4.400 Schiedam
NLTNZ 51.350 3.817 Terneuzen; Neuzen
NLVLA 51.900 4.350 Vlaardingen
NLVLI 51.450 3.600 Vlissingen; Flushing
NLZAA 52.433 4.833 Zaandam
NOADN 69.328 16.128 Andenes
NOAES 62.467 6.167 Alesund; Aalesund
NOAKM 59.267 5.183 Akrahamn
NOALF 69.973 23.235 Alta
NOAND 62.568 7.677 Andalsnes
NOARD 61.233 7.699 Ardalstangen
NOARE 58.454 8.777 Arendal
NOBER 65.365 12.197 Berg
NOBGO 60.403 5.299 Bergen
NOBJF 70.635 29.737 Batsfjorden
NOBLL 68.349 16.873 Litle Ballangen
NOBNN 65.468 12.196 Bronnoysund
NOBOO 67.286 14.364 Bodo
NOBSD 68.067 13.700 Ballstad
NOBTS 68.233 14.850 Brettesnes
NOBVG 70.862 29.112 Berlevag
NOBVK 59.067 9.700 Brevik
NODRG 68.050 16.083 Drag
NODRK 59.661 10.625 Drobak
NODRM 59.733 10.250 Drammen
NOEGE 58.439 5.986 Egersund
NOFAN 58.086 6.811 Farsund
NOFAU 67.250 15.399 Fauske
NOFAX 59.733 10.585 Fagerstrand
NOFFD 58.264 6.655 Flekkefjorden
NOFNE 69.233 17.967 Finnsnes
NOFRK 59.179 10.953 Fredrikstad
NOFRO 61.604 5.031 Floro
NOGBD 69.356 18.082 Gibostad
NOGLO 66.808 13.980 Glomfjord
NOHAL 59.117 11.383 Halden
NOHAU 59.412 5.254 Haugesund; Karmsund
NOHEN 68.154 14.213 Henningsvaer
NOHFT 70.667 23.667 Hammerfest
NOHNE 66.233 13.617 Hemnesberget
NOHOK 63.417 10.800 Hommelvik
NOHOL 59.491 10.327 Holmestrand
NOHOR 59.417 10.500 Horten
NOHRD 68.800 16.550 Harstad
NOHRI 62.372 6.036 Hareid
NOHRS 62.891 6.958 Haroysund
NOHUR 59.544 10.571 Tofte
NOHUS 59.877 5.762 Husnes
NOHVG 70.983 25.950 Honningsvag
NOJOS 58.315 6.333 Jossingfjord
NOKAR 59.267 5.517 Karsto
NOKIR 58.231 6.527 Kirkehamn; Kirkjehamn
NOKJE 67.522 14.760 Kjerringoy
NOKJF 70.950 27.333 Kjollefjorden
NOKKN 69.730 30.069 Kirkenes
NOKMO 59.473 10.680 Kambo
NOKOP 59.283 5.317 Kopervik
NOKRA 58.864 9.413 Kragero
NOKRS 58.139 8.013 Kristiansand
NOKSU 63.114 7.739 Kristiansund
NOKVS 70.507 23.983 Kvalsund
NOLAR 59.038 10.031 Larvik; Laurvik
NOLEV 63.755 11.293 Levanger
NOLGS 63.549 10.890 Langstein
NOLID 68.478 16.891 Lilandsgrunnen
NOLOD 68.417 16.000 Lodingen
NOLRI 59.758 5.497 Leirvik
NOLVG 67.358 15.592 Lakselv
NOMAN 58.017 7.467 Mandal
NOMAY 61.933 5.117 Maloy; Maaloy
NOMEH 71.041 27.835 Mehamnfjorden; Mehamn
NOMJF 65.859 13.171 Mosjoen
NOMLM 64.067 11.227 Malm
NOMLT 62.300 5.650 Moldtustranda
NOMOL 62.733 7.167 Molde
NOMON 60.831 5.037 Mongstad
NOMOS 59.699 5.391 Mosterhamn
NOMQN 66.324 14.122 Mo I Rana
NOMRV 63.441 10.841 Muruvik
NOMSS 59.441 10.655 Moss
NONHS 60.366 6.154 Norheimsund
NONSN 66.201 13.010 Nesna
NONVK 68.421 17.402 Narvik
NONZG 60.349 5.178 Brattholmen
NOODD 60.097 6.541 Odda
NOOKF 70.233 22.350 Oksfjord
NOORS 62.196 6.114 Orstav
NOOSL 59.898 10.746 Oslo; Christiana
NOOSY 64.458 11.509 Namsos
NOPOR 59.147 9.654 Porsgrunn
NOREI 67.939 13.102 Reine
NOREK 58.326 6.258 Rekefjord
NORIS 58.722 9.245 Risor
NORMJ 69.526 19.008 Olavsvern; Ramfjordnes
NOROG 67.109 15.398 Rognan
NORVK 64.865 11.252 Rorvik
NOSAD 59.101 10.233 Sandefjorden
NOSAS 58.873 5.753 Sandnes
NOSAU 59.637 6.341 Sauda
NOSBU 64.798 11.860 Salsbruket
NOSEG 59.328 10.519 Slagenstangen; Slagen
NOSJV 68.874 17.829 Sjovegan
NOSKE 59.200 9.604 Skien
NOSKN 68.567 14.917 Stokkmarknes
NOSKU 59.143 5.258 Skudeneshavn
NOSKX 63.718 11.148 Fiborgtangen
NOSLX 68.697 15.422 Sortland
NOSPG 59.267 11.100 Sarpsborg
NOSRO 68.166 14.664 Skrova Havn
NOSSJ 66.026 12.629 Sandnessjoen
NOSTE 64.010 11.479 Steinkjer
NOSTU 60.622 4.863 Stura
NOSUN 62.683 8.550 Sunndalsora
NOSUZ 68.121 13.849 Stamsund
NOSVG 58.967 5.750 Stavanger
NOSVI 66.865 13.707 Ornes
NOSVJ 68.233 14.583 Svolvaer
NOSVR 70.627 21.965 Sorvaer
NOSVV 59.620 10.411 Svelvik
NOTAE 58.930 5.571 Tananger
NOTJL 65.821 12.433 Tjotta
NOTON 59.262 10.410 Tonsberg
NOTOS 69.650 18.967 Tromso
NOTRD 63.448 10.402 Trondheim
NOTRY 68.181 15.674 Tranoy
NOTVE 58.612 8.943 Tvedestrand
NOUVK 68.561 16.234 Ulvik
NOVAK 60.478 5.733 Vaksdal
NOVAL 59.258 10.490 Valloy
NOVAO 70.377 31.106 Vardo
NOVDS 70.072 29.741 Vadso
NRINU -0.533 166.917 Nauru
NUALO -19.033 -169.933 Alofi
NZAKA -43.800 172.967 Akaroa
NZAKL -36.850 174.767 Auckland
NZBLU -46.600 168.333 Bluff Harbor; Campbelltown
NZGIS -38.667 178.033 Gisborne
NZGMN -42.433 171.217 Greymouth
NZLYT -43.600 172.717 Port Lyttelton; Lyttleton
NZMCY -36.933 174.783 Manukau Harbor
NZNPE -39.483 176.917 Napier
NZNPL -39.067 174.033 New Plymouth
NZNSN -41.267 173.267 Nelson
NZOPX -35.317 174.117 Opua
NZORR -45.817 170.633 Otago Harbor; Cavensbourne; Oavensbourne
NZPCN -41.283 174.017 Picton
NZTIU -44.400 171.250 Timaru
NZTKH -40.850 172.900 Tarakohe
NZTRG -37.633 176.167 Tauranga
NZWAG -39.950 175.033 Wanganui; Castlecliff
NZWHR -35.050 173.767 Whangaroa
NZWLG -41.283 174.783 Wellington
NZWRE -35.800 174.433 Whangarei
NZWSZ -41.750 171.600 Westport
OMDQM 19.673 57.717 Duqm; Al Duqm
OMKHS 26.217 56.233 Khawr Khasab
OMMFH 23.633 58.517 Mina Al Fahl
OMQAL 22.683 59.400 Qalhat Lng Terminal
OMSLL 16.951 54.029 Mina Raysut; Port Raysut; Salalah
OMSOH 24.517 56.633 Port Of Sohar
OMSTQ 23.633 58.583 Mina Qabus; Port Sultan Qaboos
PAAML 8.267 -82.850 Puerto Armuelles; Armuelles
PABLB 8.950 -79.567 Balboa
PABOC 9.333 -82.233 Bocas Del Toro
PACHA 8.217 -82.867 Charco Azul; Petroterminal De Panama
PACHG 8.950 -82.117 Chiriqui Grande; Atlantic Terminal
PACTB 9.350 -79.917 Puerto Cristobal
PAMNP 9.400 -79.817 Bahia De Las Minas; La Minas Bay
PAONX 9.367 -79.883 Puerto Colon
PAPAM 9.300 -82.400 Almirante
PAPED 8.350 -82.433 Pedregal
PAVAC 8.867 -79.667 Vacamonte
PEANC -11.750 -77.183 Bahia De Ancon; Ancon
PECAB -4.250 -81.233 Puerto Cabo Blanco
PECHM -9.083 -78.617 Puerto De Chimbote; Chimbote
PECHY -11.583 -77.250 Chancay; Puerto De Chancay
PECLL -12.050 -77.150 Puerto Del Callao
PECON -12.167 -77.000 Conchan Oil Terminal
PEHCO -11.117 -77.617 Puerto De Huacho
PEILQ -17.633 -71.367 Puerto Ilo
PEIQT -3.750 -73.233 Iquitos
PELOB -4.450 -81.283 Caleta Lobitos; Puerto Lobitos
PELPP -11.933 -77.133 La Pampilla Oil Terminal
PEMRI -17.000 -72.117 Bahia De Matarani
PEPAI -5.083 -81.117 Paita
PEPLO -10.100 -78.167 Punta Lobitos (Bahia De Huarmey); Huarmey
PEPMT -6.833 -79.933 Pimental
PEPUB -5.833 -81.050 Puerto Bayovar; Bayovar
PESNX -15.250 -75.233 Bahia San Nicolas; San Nicolas
PESUP -10.800 -77.750 Puerto Supe; Supe
PESVY -8.233 -78.983 Salaverry
PETYL -4.583 -81.283 Talara
PFAUQ -9.817 -139.033 Atuona
PFPPT -17.533 -149.583 Papeete
PFTAI -8.933 -140.083 Baie Taiohae; Anne Marie Bay
PFUTU -16.733 -151.450 Uturoa
PFVAI -16.500 -151.750 Vaitape; Boro Boro
PGBAA -5.300 150.983 Bialla
PGDAU -9.067 143.200 Daru
PGGUR -10.317 150.450 Alotoa; Sanderson Bay
PGKIE -6.217 155.633 Kieta
PGKIM -5.133 150.533 Kimbe
PGKUL -8.100 144.567 Kumul
PGKVG -2.583 150.800 Kavieng Harbor
PGLAE -6.733 147.000 Lae
PGLOR -2.017 147.267 Lorengau; Rengau
PGMAG -5.217 145.817 Madang
PGPOM -9.467 147.133 Port Moresby
PGRAB -4.200 152.183 Rabaul
PGROR -8.883 148.483 Oro Bay
PGSQT -10.617 150.667 Samarai; Dinner Island
PGVAI -2.683 141.133 Vanimo
PGWWK -3.567 143.633 Wewak Harbor
PHAPR 18.367 121.633 Aparri
PHBAI 9.600 123.117 Bais
PHBCT 6.717 121.967 Basilian City (Isabela)
PHBGV 11.600 125.433 Port Borongan
PHBSO 20.450 121.967 Basco
PHBTG 13.750 121.050 Batangas City
PHBUG 8.517 124.750 Bugo
PHBXU 8.950 125.533 Butuan City
PHBYB 10.683 124.800 Baybay
PHCEB 10.300 123.900 Cebu
PHCGY 8.500 124.667 Cagayan De Oro
PHCLP 13.417 121.183 Calapan
PHCLV 18.617 121.083 Claveria
PHCSI 11.600 122.717 Port Capiz; Culasi; Roxas City
PHCTS 11.767 124.883 Catbalogan
PHDGT 9.317 123.300 Dumaguete
PHDVO 7.067 125.617 Davao
PHGES 6.117 125.183 General Santos; Dadiangas; Makar
PHGIN 8.833 125.100 Gingoog
PHGUN 11.033 125.717 Guiuan
PHHNT 8.367 126.333 Hinatuan
PHHON 13.950 122.233 Hondagua
PHIGN 8.233 124.233 Iligan
PHILO 10.700 122.583 Iloilo
PHISL 10.917 124.433 Isabel
PHJNZ 8.333 123.867 Jimenez
PHJOL 6.050 121.000 Jolo
PHJPM 14.283 122.683 Jose Panganiban; Mambulao
PHLGP 13.150 123.750 Legazpi Port
PHLZB 9.133 123.633 Lazi
PHMAA 10.133 124.833 Maasin
PHMAS 9.000 125.417 Masao; Tortosa
PHMBT 12.367 123.617 Masbate
PHMGG 8.233 126.317 Mangagoy
PHMNL 14.583 120.967 Manila
PHMSC 15.550 119.950 Masinloc
PHMVS 14.433 120.483 Mariveles
PHMXI 6.950 126.217 Mati
PHNAS 8.983 125.333 Nasipit Port; Masao
PHNUG 14.083 120.617 Nasugbu
PHORC 11.000 124.600 Ormoc
PHOZC 8.133 123.850 Port Ozamis; Misamis
PHPAG 7.833 123.433 Pagadian
PHPHD 6.550 121.867 Port Holland
PHPLC 7.350 124.217 Polloc (Cotabato)
PHPPN 11.050 124.383 Palompon
PHPPS 9.733 118.733 Puerto Princesa
PHPUL 10.517 122.800 Pulupandan
PHROM 12.583 122.267 Port Romblon
PHSCA 10.483 123.417 San Carlos
PHSFE 16.617 120.317 San Fernando Harbor
PHSFS 14.800 120.267 Subic Bay
PHSNG 10.367 123.633 Toledo; Sangi
PHSOR 12.967 124.000 Sorsogon
PHSSV 5.550 120.817 Siasi
PHSUG 9.783 125.500 Surigao City; Bilan Bilan; Mindanao Isl.
PHTAC 11.250 125.000 Tacloban
PHTAG 9.650 123.850 Tagbilaran
PHTBC 13.367 123.733 Tabaco
PHTNU 11.100 125.017 Tanauan
PHTON 9.950 123.967 Tubigan
PHVNV 8.583 124.767 Villanueva
PHVRC 13.583 124.250 Virac; Cabugao Bay
PHZAM 6.900 122.067 Zamboanga
PKBQM 24.767 67.350 Muhamamad Bin Qasim; Port Qasim
PKGWD 25.133 62.300 Gwadar
PKKHI 24.783 66.983 Karachi
PLDAR 54.433 16.417 Darlowo; Rugenwalde
PLGDN 54.350 18.667 Gdansk; Danzig
PLGDY 54.533 18.550 Gdynia
PLKOL 54.217 15.550 Kolobrzeg; Kolberg
PLNWA 54.417 18.667 Nowy Port; Neufahrwasser
PLPLC 53.567 14.567 Police
PLSWI 53.917 14.267 Swinoujscie; Swinemunde
PLSZZ 53.417 14.550 Szczecin; Stettin
PLUST 54.583 16.850 Ustka; Stolpmunde
PMFSP 46.783 -56.167 Port De St Pierre; St Pierre
PRARE 18.483 -66.700 Arecibo; Puerto Arecibo
PRARR 17.967 -66.067 Arroyo
PRBQN 18.433 -67.150 Aguadilla
PRFAJ 18.333 -65.633 Bahia De Fajardo
PRGUX 17.967 -66.917 Playa De Guanica
PRGUY 18.017 -66.767 Playa De Guayanilla
PRHUC 18.167 -65.750 Playa De Humacao; Humacao
PRLAM 17.950 -66.167 Las Mareas
PRMAZ 18.200 -67.150 Mayaguez
PRPJO 17.950 -66.183 Bahia De Jobos; Aguirre; Central Aguirre; Jobos Harbor
PRPSE 17.983 -66.617 Playa De Ponce
PRPYA 18.050 -65.833 Puerto Yabucoa
PRSJU 18.467 -66.117 San Juan
PTADH 38.650 -27.217 Angra Do Heroismo
PTAVE 40.650 -8.650 Aveiro
PTDOU 41.150 -8.667 Oporto; Douro
PTFAO 37.033 -7.933 Faro
PTFDF 40.150 -8.850 Figueira Da Foz
PTFNC 32.633 -16.917 Funchal
PTHOR 38.533 -28.633 Horta
PTLDP 38.400 -28.267 Lajes
PTLEI 41.183 -8.700 Porto De Leixoes; Leixos; Matosinhos
PTLIS 38.700 -9.167 Lisboa; Lisbon
PTLOS 37.100 -8.617 Lagos
PTPDL 37.733 -25.667 Ponta Delgada
PTPRV 38.717 -27.050 Praia De Vitoria
PTSET 38.517 -8.900 Setubal
PTSIE 37.950 -8.867 Sines
PTVDC 41.700 -8.833 Viana Do Castelo
PTVDP 36.933 -25.150 Vila Do Porto
PTVNC 37.183 -7.400 Vila Real De S Antonio
PYASU -25.267 -57.683 Puerto De Asuncion; Puerto Asuncion
QAASN 26.583 52.000 Al Shaheen Terminal
QADOH 25.283 51.533 Doha; Ad Dawhah
QAHAL 25.683 52.417 Jazirat Halul
QARLF 25.917 51.583 Ras Laffan
QARYN 26.650 51.550 Al Rayyan Terminal
QAUMS 24.917 51.567 Umm Said; Mesaieed; Musay'id
RERUN -20.867 55.450 Saint-Denis
REZSE -21.350 55.467 Saint-Pierre
ROBAB 44.167 28.433 Basarabi
ROBRA 45.250 27.983 Braila
ROCEV 44.333 28.050 Cernavoda
ROCND 44.167 28.650 Constanta; Constantsa
ROGAL 45.417 28.083 Galati
ROMAG 43.817 28.583 Mangalia
ROMED 44.250 28.267 Medgidia
ROMID 44.350 28.667 Midia
ROSUL 45.167 29.667 Sulina; Suluna
ROTCE 45.167 28.817 Tulcea
RUAAQ 44.883 37.317 Anapa
RUAER 43.583 39.733 Sochi; Socha
RUARH 64.530 40.522 Arkhangels'k; Archangel
RUAZO 47.100 39.433 Azov
RUBER 63.063 179.368 Port Beringovsky
RUBLT 54.633 19.900 Baltiysk; Pillau
RUBRK 59.917 29.767 Lomonosov; Odensholm
RUDKA 51.467 140.783 De Kastri
RUDKS 73.506 80.506 Port Dikson
RUDUD 69.400 86.167 Dudinka
RUGDZ 44.550 38.067 Gelendzhik
RUGRH 68.058 39.526 Ostrovnoy Gremikha; Iokanga
RUIAA 67.458 86.589 Igarka
RUIKS 71.644 128.891 Tiksi
RUKAN 67.133 32.417 Kandalaksha
RUKDT 59.983 29.783 Kronshtadt
RUKGD 54.700 20.483 Kaliningrad; Konigsberg
RUKHO 47.050 142.050 Kholmsk; Maoko
RUKOR 46.617 142.767 Korsakov; Otomari
RUKZP 45.333 36.650 Kavkaz Oil Terminal
RULAZ 52.217 141.517 Lazarev
RULED 59.933 30.300 Sankt-Peterburg; Leningrad; Petrograd; St Petersburg
RULES 49.450 142.133 Lesogorsk; Nayoshi
RUMAG 59.567 150.717 Bukhta Nagayeva (Magadan); Magadan
RUMEZ 65.833 44.183 Mezen
RUMMK 68.983 33.050 Murmansk; Rosta
RUMVO 53.583 142.500 Moskal Vo
RUNEV 46.667 141.867 Nevelsk; Honto
RUNIA 53.133 140.733 Nikolayevsk Na Amur
RUNJK 42.800 132.883 Nakhodka
RUNVS 44.717 37.783 Novorossiysk
RUOHO 59.367 143.200 Okhotsk Iy Reyd
RUOKA 53.550 143.000 Okha
RUOKT 50.733 142.100 Mys Rogatyy Oktyabrskiy; Rogati; Rogatyy
RUPKC 53.050 158.650 Petropavlovsk; Rakovaya
RUPRI 60.367 28.633 Primorsk; Koivisto Bay; Zaliv Koyvisto
RUPRN 49.217 143.133 Poronaysk; Shikuka
RUPSE 42.650 130.800 Pos'yet; Novgorod
RUPVS 64.421 -173.227 Provideniya
RUPWE 69.717 170.300 Pevek
RURND 47.167 39.717 Rostov-Na-Donu
RUSAK 50.900 142.133 Aleksandrovsk -Sakhalinskiy
RUSEW 64.577 39.773 Severodvinsk; Molotovsk
RUSHA 49.167 142.067 Shakhtersk; Portovyy Punkt Shakhtersk
RUSKA 42.867 131.383 Slavyanka
RUSOG 48.974 140.268 Sovetskaya Gavan; Sovgavan
RUTAG 47.200 38.950 Taganrog
RUTMR 45.350 37.350 Temryuk
RUTUA 44.100 39.067 Tuapse
RUUGL 49.083 142.033 Uglegorsk; Esutoru; Hama Shigai
RUULU 59.667 28.317 Reka Luga; Lujski; Ust Luga
RUVIT 67.083 32.317 Vitino
RUVNN 49.083 140.283 Bukhta Vanino
RUVVO 43.109 131.888 Vladivostok
RUVYG 60.717 28.750 Vyborg; Viipuri
RUVYP 42.750 133.083 Vostochnyy
RUVYS 60.617 28.567 Gavan Vysotsk; Trangsund; Uras; Vysotsk
RUYEY 46.733 38.267 Yeysk; Yeisk
RUZAR 42.633 131.083 Zarubino
SADHU 27.567 35.533 Duba; Dhiba; Dhuba
SADMM 26.500 50.200 Dammam; King Abdul Aziz Port; Mina Al Malik Abd Al Aziz
SAGIZ 16.900 42.483 Jizan; Gizan
SAJBI 27.083 49.667 Al Jubayl
SAJED 21.483 39.183 Jiddah; Jidda
SAJUT 26.933 50.033 Ju Aymah Oil Terminal
SARAB 22.733 38.983 Rabigh
SARAM 28.117 48.633 Ras Al Mishab; Bandar Mishab
SARAR 28.433 48.583 Ras Al Khafji
SARTA 26.633 50.167 Ras  Tannurah; Ras Tanura
SAYBI 24.083 38.050 Yanbu
SBGZO -8.100 156.850 Gizo Harbor
SBHIR -9.417 159.950 Honiara
SBNOR -8.217 157.183 Port Noro; Cutter Pt
SBRIN -8.117 157.100 Ringgi Cove
SBTLG -9.100 160.150 Tulaghi
SBXYA -9.083 159.217 Yandina
SCPOV -4.617 55.450 Victoria; Mahe; Port Victoria
SDPZU 19.600 37.233 Port Sudan
SDSSD 19.133 37.350 Sawakin Harbor
SEAHU 55.928 14.328 Ahus
SEBEA 56.383 16.100 Bergkvara
SEBLD 58.483 11.333 Bovallstrand
SEBNF 65.017 21.383 Brannfors
SEBOL 63.000 17.700 Bollstabruk
SEBRO 58.360 11.421 Brofjorden
SEDEG 56.350 16.417 Degerhamn
SEDOM 63.267 18.733 Domsjo
SEFAG 56.882 12.466 Falkenberg
SEFIG 57.367 16.500 Figeholm
SEFJA 58.600 11.277 Fjallbacka
SEFSD 57.917 19.050 Farosund
SEGOT 57.710 11.955 Goteborg; Gothenburg
SEGRE 58.677 11.248 Grebbestad
SEGRH 60.100 18.817 Grisslehamn
SEGUB 59.317 18.383 Gustavsberg
SEGUS 62.833 17.883 Gustavsvik
SEGVX 60.683 17.167 Gavle
SEHAD 56.667 12.867 Halmstad
SEHAK 60.050 18.583 Hallstavik
SEHAN 60.183 18.450 Hargshamn
SEHEL 56.035 12.688 Helsingborg
SEHND 62.633 17.933 Harnosand
SEHOG 56.197 12.545 Hoganas
SEHUN 58.438 11.286 Hunnebostrand
SEHUS 63.333 19.150 Husum
SEHUV 61.733 17.117 Hudiksvall
SEIGG 61.650 17.083 Iggesund
SEJAT 57.100 16.567 Stora Jatterson
SEKAA 56.167 15.600 Karlskrona
SEKAN 56.153 14.869 Karlshamn
SEKAS 60.683 17.267 Karskar
SEKLI 57.383 18.200 Klintehamn
SEKLR 56.667 16.367 Kalmar
SEKMH 63.167 18.583 Kopmanholmen
SEKRF 62.933 17.800 Kramfors
SEKXV 65.800 23.283 Karlsborg
SELAA 55.860 12.827 Landskrona
SELIM 55.591 12.918 Limhamn
SELLA 65.583 22.167 Lulea
SELYS 58.271 11.444 Lysekil
SEMMA 55.623 12.985 Malmo
SEMSD 57.884 11.588 Marstrand
SENOG 63.567 19.483 Nordmaling
SENOT 60.933 17.167 Norrsundet
SENRK 58.583 16.200 Norrkoping
SENYN 58.900 17.967 Nynashamn
SENYO 58.750 17.017 Nykoping
SEOBB 63.700 20.333 Obbola
SEOER 63.283 18.717 Ornskoldsvik
SEOSK 57.267 16.450 Oskarshamn
SEOXE 58.667 17.117 Oxelosund
SEPIT 65.317 21.483 Pitea
SERNB 56.173 15.301 Ronneby; Ronneby Redd
SERNH 57.117 18.500 Ronehamn
SERUV 63.533 19.450 Rundvik
SESAE 61.267 17.183 Sandarne
SESAK 65.733 23.767 Sandvik
SESDL 62.383 17.350 Sundsvall
SESIM 55.558 14.358 Simrishamn
SESKE 64.683 21.233 Skelleftehamn
SESLI 57.700 18.817 Slite
SESMD 58.933 11.167 Stromstad; Stroemstad
SESOE 59.183 17.650 Sodertalje
SESOL 56.046 14.586 Solvesborg
SESOO 61.300 17.083 Soderhamn
SESOR 62.500 17.500 Soraker
SESSR 60.650 17.400 Skutskar
SESTA 61.900 17.350 Stocka; Stockvik
SESTE 58.080 11.800 Stenungsund
SESTK 62.333 17.383 Stockvik
SESTO 59.333 18.050 Stockholm
SESUS 57.833 18.800 Storugns
SETOE 65.900 22.650 Torehamn
SETRG 55.360 13.151 Trelleborg
SEUDD 58.335 11.877 Uddevalla
SEUME 63.700 20.350 Umea Hamn
SEUTA 62.767 17.933 Utansjo; Utansio
SEVAG 57.109 12.232 Varberg
SEVAJ 62.983 17.717 Vaja
SEVAL 61.183 17.167 Vallvik
SEVBY 57.633 18.283 Visby
SEVER 57.733 16.533 Verkeback
SEVIV 62.483 17.350 Vivstavarv
SEVST 59.617 16.550 Vasteras
SEVVK 57.767 16.650 Vastervik; Vestervik
SEYST 55.418 13.818 Ystad
SGJUR 1.283 103.733 Jurong Island
SGKEP 1.283 103.850 Keppel - (East Singapore); Keppel Harbor
SGPUB 1.233 103.767 Pulau Bukom
SGSEB 1.200 103.800 Pulau Sebarok
SHASI -7.933 -14.417 Georgetown; Clarence Bay; Table Bay
SHSHN -15.917 -5.717 Jamestown
SIKOP 45.550 13.733 Koper; Capodistria
SIPIR 45.533 13.567 Piran; Pirano
SJBAR 78.059 14.202 Barentsburg
SJLYR 78.227 15.633 Longyearbyen
SJNYA 78.928 11.933 Ny Alesund
SLBTE 7.533 -12.500 Bonthe
SLFNA 8.500 -13.233 Freetown
SLPEP 8.583 -13.050 Pepel
SNDKR 14.683 -17.433 Dakar
SNLYN 14.167 -16.167 Lyndiane
SNMBA 14.717 -17.400 M Bao Oil Terminal
SNRQ2 14.700 -17.283 Rufisque
SNXLS 16.017 -16.517 St Louis
SOBBO 10.450 45.017 Berbera
SOBSA 11.283 49.183 Boosaaso; Bandar Cassim
SOKMU -0.367 42.550 Kismaayo; Chisimaio; Kisimayu
SOMER 1.717 44.783 Marka; Merka
SOMGQ 2.033 45.350 Muqdisho; Mogadiscio; Mogadishu
SRICK 5.950 -57.000 Nieuw Nickerie; New Nickerie
SRMOJ 5.633 -54.417 Moengo; Abina; Albina
SRPBM 5.833 -55.167 Paramaribo
SRPRM 5.617 -55.100 Paranam
STSAA 1.650 7.450 Santo Antonio
STTMS 0.350 6.733 Sao Tome
SVAQJ 13.583 -89.833 Acajutla; Acajutla Offshore Terminal; El Paso Terminal
SVLUN 13.333 -87.833 La Union; Cutuco
SXPHI 18.017 -63.050 Philipsburg; Filipsburg; Grand Bay; Groote Baai
SYALD 35.533 35.767 Al Ladhiqiyah; Latakia
SYBAN 35.188 35.943 Baniyas
SYTTS 34.900 35.867 Tartus; Tartous
TC9CB 21.500 -71.533 Cockburn Harbor
TCGDT 21.433 -71.150 Grand Turk; Cockburn Town
TCPLS 21.733 -72.283 Providenciales
TGKPE 6.200 1.517 Kpeme
TGLFW 6.133 1.283 Lome; Port De Lome
THBEN 10.517 101.250 Benchamas Terminal
THBKK 13.750 100.500 Bangkok; Krung Thep
THBSP 11.183 99.600 Bang Saphan
THERA 9.100 101.350 Erawan Terminal
THKAN 7.400 99.517 Kantang Harbor
THKHA 9.200 99.900 Khanom
THKRV 8.067 98.917 Krabi
THKSI 13.167 100.817 Ko Si Chang Terminal
THLCH 13.083 100.883 Laem Chabang
THMAT 12.667 101.167 Map Ta Phut
THPKT 7.833 98.400 Phuket; Puket; Tha Rua Phuket
THPTN 6.950 101.300 Pattani
THRYG 12.633 101.300 Rayong Tpi Terminal
THSAT 12.617 100.917 Sattahip
THSBP 13.133 100.883 Siam Seaport
THSGK 7.217 100.583 Songkhla Harbor
THSRI 13.167 100.917 Si Racha; Si Racha Terminal
THTTE 10.083 101.417 Tantawan Marine Terminal
TLDIL -8.533 125.583 Dili
TNASH 34.283 11.383 Ashtart Oil Terminal
TNBIZ 37.283 9.883 Banzart; Bizerte
TNDID 33.783 11.900 Didon Terminal
TNDJE 33.883 10.850 Houmt Souk; Djerba
TNGAE 33.900 10.117 Gabes; Ghannouche; Rhennouch
TNLGN 36.800 10.300 La Goulette
TNLSK 34.283 10.100 Skhira; Cekhira; La Skira; Qabes
TNMAD 35.500 11.067 Mahdia
TNMBA 37.150 9.800 Menzel Bourguiba
TNRDS 36.817 10.300 Rades
TNSFA 34.733 10.767 Mersa Sfax
TNSUS 35.833 10.650 Sousse; Susah
TNTAT 36.600 11.683 Tazerka Oil Terminal
TNTBJ 36.967 8.767 Tabarka
TNTUN 36.800 10.250 Tunis
TNZRZ 33.500 11.117 Zarzis
TONEI -18.650 -173.983 Neiafu
TOPAN -19.800 -174.350 Pangai
TOTBU -21.133 -175.200 Nuku Alofa
TRALA 36.533 32.000 Alanya
TRALI 38.833 26.933 Aliaga
TRAMR 40.967 28.700 Ambarli
TRAYT 36.833 30.617 Antalya; Adalia
TRAYV 39.317 26.700 Ayvalik; Aivali
TRBDM 40.350 27.967 Bandirma; Panderma
TRBOT 36.867 36.133 Botas Dortyol Oil Terminal; Botas
TRBXN 37.033 27.433 Bodrum
TRCKZ 40.150 26.400 Canakkale; Chanak; Dardan
TRDIK 39.017 26.817 Dikili
TRDRC 40.750 29.817 Derince Burnu
TRECE 40.183 26.367 Eceabat; Khelia; Kilye
TRERE 41.300 31.450 Eregli; Bender Eregli; Eregli Anatolia
TRERK 40.383 27.800 Erdek; Artaki
TRFET 36.633 29.100 Fethiye
TRGEB 40.767 29.550 Gebze
TRGEL 40.400 26.667 Gelibolu
TRGEM 40.417 29.117 Gemlik
TRGIR 40.933 38.400 Giresun; Kerasunda
TRGOK 40.733 29.817 Golcuk Burnu
TRGUL 37.250 27.617 Gulluk
TRHAY 41.000 29.017 Haydarpasa; Haidar Pasha
TRHOP 41.417 41.400 Hopa; Khoppa
TRINE 41.983 33.767 Inebolu
TRISK 36.600 36.167 Iskenderun
TRIST 41.017 28.967 Istanbul; Constantinople
TRITY 41.117 29.050 Istinye; Istenieh
TRIZM 38.433 27.133 Izmir; Smyrna
TRIZT 40.767 29.917 Izmit; Ismid
TRKRB 40.400 27.317 Karabiga
TRKUS 37.867 27.250 Kusadasi
TRMER 36.800 34.633 Mersin
TRMRM 36.850 28.283 Marmaris
TRMUD 40.383 28.883 Mudanya
TRNEM 38.767 26.917 Nemrut Limani Bay
TRORD 41.000 37.883 Ordu
TRRIZ 41.067 40.517 Rize
TRSIC 42.050 35.167 Sinop; Sinub
TRSSX 41.300 36.350 Samsun
TRTAS 36.317 33.883 Tasucu; Akiman
TRTEK 40.983 27.517 Tekirdag; Rodosto
TRTGT 36.917 35.967 Toros Gubre
TRTZX 41.017 39.767 Trabzon; Trebizond
TRUZE 36.817 30.600 Antalya Offshore Terminal
TRYAK 36.717 36.183 Yakacik
TRYAR 40.800 29.700 Yarimca
TRZON 41.467 31.817 Zonguldak; Sungul
TTCHA 10.683 -61.650 Chaguaramas
TTGUA 10.133 -60.983 Galeota Point Terminal; Galeota Oil Terminal
TTLAB 10.250 -61.633 Brighton
TTPOS 10.650 -61.517 Port Of Spain
TTPTF 10.200 -61.700 Point Fortin; Point Guapo; Port Fortin
TTPTP 10.317 -61.467 Pointe A Pierre
TTPTS 10.383 -61.483 Point Lisas Port; Hydro Agri Trindad Ltd; Yara Trinidad
TTSCA 11.183 -60.733 Scarborough
TTTEM 10.683 -61.583 Anse Tembladora
TVFUN -8.517 179.133 Funafuti Atoll
TWHUN 23.983 121.600 Hua-Lien Kang; Karenko
TWKEL 25.133 121.767 Chi-Lung; Keelung
TWKHH 22.617 120.250 Kao-Hsiung
TWMLI 23.783 120.167 Mailiao
TWMZG 23.583 119.533 Peng-Hu Kang; Ma-kung
TWTPE 25.183 121.400 Tan-Shui; Taipei; Tan-shui Kang
TWTXG 24.300 120.500 Tai-Chung Kang
TZDAR -6.817 39.300 Dar Es Salaam
TZKIK -8.733 39.417 Kilwa Kivinje
TZMIK -10.267 40.133 Mikindani; Pimlea
TZMYW -10.267 40.200 Mtwara
TZTGT -5.083 39.117 Tanga
TZZNZ -6.167 39.183 Zanzibar
UABGD 46.183 30.367 Belgorod-Dnestrovsky
UAERD 46.750 36.783 Berdyansk; Osipenko
UAFEO 45.017 35.433 Feodosiya; Fyeodosiya; Theodosia
UAILK 46.300 30.650 Illichivsk; Sukhoy; Chornomors Ke; Akmechet
UAIZM 45.333 28.850 Izmayil
UAKEH 45.350 36.483 Kerch; Kyerch
UAKHE 46.617 32.600 Kherson; Khyerson
UAMPW 47.083 37.567 Mariupol
UANLV 46.950 31.983 Mykolayiv
UAOCT 46.833 31.933 Port Oktyabrsk
UAODS 46.483 30.733 Odesa; Odyessa
UARNI 45.433 28.300 Reni
UASKD 46.100 32.917 Skadovs'k
UASVP 44.617 33.533 Sevastopol; Syevastopol
UAUDY 45.467 29.700 Ust-Dunaisk
UAYAL 44.483 34.167 Yalta
UAYZE 46.600 31.017 Yuzhnyy
UAZKA 45.200 33.383 Yevpatoriya; Eupatoria
US8BY 40.633 -74.200 Bayway
US9HA 44.233 -68.350 Bass Harbor
US9MP 44.700 -67.400 Machiasport
US9NV 44.133 -68.867 North Haven
US9SA 44.067 -69.183 Thomaston
US9SO 44.467 -68.183 Sorrento
US9VV 44.050 -68.833 Vinalhaven; Carvers Harbor
US9WA 47.417 -123.133 Hoodsport
USAAF 29.717 -84.983 Apalachicola
USACC 46.683 -123.733 Raymond
USACG 42.217 -73.850 Catskill
USACI 44.717 -67.467 Machias
USACJ 46.667 -123.783 South Bend
USACK 41.283 -70.100 Nantucket
USADQ 57.783 -152.400 Kodiak
USAIN 70.650 -160.000 Wainwright
USAIY 39.367 -74.417 Atlantic City
USALB 42.650 -73.750 Albany
USALG 42.617 -82.517 Algonac
USANC 61.217 -149.900 Anchorage
USANP 38.983 -76.483 Annapolis
USANZ 38.017 -121.800 Antioch
USAOU 33.350 -118.317 Avalon
USAPN 45.067 -83.417 Alpena
USAQQ 44.217 -69.067 Camden
USASF 41.900 -80.800 Ashtabula
USAST 46.200 -123.833 Astoria
USASX 46.600 -90.867 Ashland; Chequamegon Bay
USAUG 44.317 -69.767 Augusta
USAXB 44.333 -75.917 Alexandria Bay
USAXK 51.867 -176.633 Adak Naval Air Station
USAXR 38.800 -77.033 Alexandria
USBAL 39.267 -76.583 Baltimore
USBAY 40.683 -74.100 Bayonne
USBCG 26.700 -82.333 Boca Grande; Charlotte Harbor
USBCY 43.600 -83.867 Bay City
USBDR 41.167 -73.183 Bridgeport
USBDY 43.117 -124.417 Bandon
USBEL 44.417 -69.000 Belfast
USBET 60.817 -161.717 Bethel
USBFI 46.800 -90.817 Bayfield
USBFO 34.717 -76.667 Beaufort
USBFT 32.433 -80.667 Beaufort
USBG7 39.767 -74.100 Barnegat
USBGR 44.800 -68.767 Bangor
USBHB 44.383 -68.200 Bar Harbor
USBIX 30.383 -88.883 Biloxi
USBL3 44.267 -68.583 Brooklin; Center Harbor
USBLI 48.750 -122.500 Bellingham
USBNC 38.050 -122.150 Benicia
USBOS 42.350 -71.050 Boston
USBOY 40.667 -74.017 Brooklyn
USBPT 30.083 -94.083 Beaumont
USBPV 35.617 -76.617 Belhaven
USBRO 25.950 -97.400 Brownsville
USBRW 71.283 -156.783 Barrow
USBSE 41.667 -71.267 Bristol
USBTH 43.917 -69.817 Bath
USBTR 30.450 -91.183 Baton Rouge
USBUF 42.883 -78.883 Buffalo
USBUH 40.083 -74.867 Burlington
USBUP 44.567 -68.783 Bucksport
USBVY 42.533 -70.883 Beverly
USBWS 49.000 -122.750 Blaine
USCAS 44.383 -68.733 Castine
USCAY 41.733 -87.517 Calumet Harbor; South Chicago
USCBL 48.233 -122.683 Coupeville
USCCJ 37.267 -76.017 Cape Charles
USCDB 55.200 -162.700 Cold Bay
USCDE 39.950 -75.133 Camden
USCDV 60.550 -145.767 Cordova
USCDY 41.967 -80.550 Conneaut
USCEC 41.750 -124.200 Crescent City
USCEN 30.017 -90.833 Convent
USCGA 55.467 -133.150 Craig
USCHI 41.883 -87.600 Chicago
USCHS 32.783 -79.917 Charleston
USCHT 39.850 -75.350 Chester
USCLE 41.500 -81.717 Cleveland
USCLM 48.117 -123.433 Port Angeles
USCLP 58.850 -158.550 Clarks Point
USCLY 44.233 -76.050 Clayton
USCMS 45.583 -122.400 Camas
USCOB 43.367 -124.217 Coos Bay
USCP4 48.867 -122.750 Cherry Point
USCPT 34.383 -119.517 Carpinteria
USCRB 29.850 -84.667 Carrabelle
USCRM 38.050 -122.217 Crockett
USCRP 27.817 -97.400 Corpus Christi
USCSF 40.583 -74.217 Carteret
USCSX 45.317 -85.267 Charlevoix
USCUB 35.917 -76.250 Columbia
USCYM 57.517 -134.933 Chatham
USDAV 37.017 -122.200 Davenport
USDET 42.333 -83.033 Detroit
USDEX 29.750 -95.333 Deer Park
USDHB 38.333 -123.050 Bodega Bay
USDIE 31.367 -81.433 Darien
USDKK 42.483 -79.333 Dunkirk
USDLG 59.033 -158.483 Dillingham
USDLH 46.767 -92.100 Duluth
USDLS 45.600 -121.183 The Dalles
USDOJ 40.433 -74.067 Leonardo
USDPW 39.700 -75.517 Deepwater Point
USDRF 60.550 -152.133 Drift River
USDRG 66.083 -162.733 Deering
USDUT 53.900 -166.533 Dutch Harbor
USDVV 41.617 -71.400 Davisville Depot
USDZT 44.367 -68.333 Mount Desert; Somesville
USECG 36.300 -76.217 Elizabeth City
USECH 41.667 -87.433 Indiana Harbor; East Chicago
USEDE 36.050 -76.617 Edenton
USEEX 41.350 -72.383 Essex
USEGW 40.817 -73.983 Edgewater
USEGX 58.200 -157.367 Egegik
USEKA 40.800 -124.183 Eureka
USEL3 34.433 -119.917 Ellwood
USELS 33.917 -118.433 El Segundo
USELV 58.200 -136.350 Elfin Cove
USENA 60.550 -151.267 Kenai
USENW 42.583 -87.817 Kenosha
USEPM 44.900 -66.983 Eastport
USERI 42.150 -80.100 Erie
USESC 45.767 -87.050 Escanaba
USESR 44.550 -68.417 Ellsworth
USETW 41.383 -70.500 Edgartown
USEWN 35.100 -77.050 New Bern
USEWR 40.700 -74.150 Newark
USEXI 58.417 -135.450 Excursion Inlet
USEYW 24.550 -81.817 Key West
USF5L 40.717 -124.217 Fields Landing
USF8O 44.117 -68.367 Frenchboro; Lunt Harbor
USFAV 41.700 -71.167 Fall River
USFDB 38.300 -77.450 Fredericksburg
USFEB 30.683 -81.467 Fernandina Beach
USFMH 41.550 -70.617 Falmouth
USFNE 43.967 -124.117 Florence
USFNF 44.633 -86.250 Frankfort
USFNR 58.250 -134.900 Funter
USFOB 39.450 -123.817 Fort Bragg
USFPO 28.950 -95.333 Freeport
USFPR 27.467 -80.317 Fort Pierce
USFPT 41.767 -81.300 Fairport
USFRD 48.533 -123.017 Friday Harbor
USFSP 43.967 -69.333 Friendship
USGDE 45.850 -87.017 Gladstone
USGDN 44.233 -69.767 Gardiner
USGDR 43.717 -124.100 Gardiner
USGGE 33.367 -79.283 Georgetown
USGHN 43.067 -86.233 Grand Haven
USGHR 46.983 -123.817 Aberdeen; South Aberdeen
USGIJ 29.233 -90.000 Grand Isle
USGLC 39.900 -75.133 Gloucester
USGLS 29.317 -94.783 Galveston
USGP4 41.100 -72.367 Greenport
USGPT 30.350 -89.083 Gulfport
USGRB 44.517 -88.017 Green Bay
USGRH 41.017 -73.617 Greenwich
USGRL 42.300 -87.833 Great Lakes
USGRM 47.750 -90.333 Grand Marais
USGTL 29.917 -90.067 Gretna
USGYY 41.617 -87.333 Gary
USHB4 43.850 -82.650 Harbor Beach
USHBK 40.750 -74.017 Hoboken
USHD4 36.183 -76.467 Hertford
USHDC 39.533 -76.083 Havre De Grace
USHLM 42.783 -86.133 Holland
USHNH 58.117 -135.450 Hoonah
USHNL 21.300 -157.867 Honolulu
USHNM 20.750 -155.983 Hana
USHNS 59.233 -135.433 Haines
USHOM 59.600 -151.417 Homer
USHOU 29.750 -95.283 Houston
USHP4 43.733 -70.017 South Harpswell
USHPY 29.733 -95.017 Baytown
USHQJ 56.733 -134.350 Washington Bay
USHQM 46.967 -123.900 Hoquiam
USHS3 45.433 -84.983 Harbor Springs
USHTL 47.117 -88.567 Houghton; Hancock
USHUB 41.400 -82.550 Huron
USHVN 41.233 -72.917 New Haven
USHWI 58.117 -134.750 Hawk Inlet
USHYA 41.650 -70.283 Hyannis
USHYG 55.200 -132.833 Hydaburg
USHYM 40.567 -74.217 Chrome
USIL8 38.167 -121.600 Isleton
USILG 39.733 -75.550 Wilmington
USILM 34.233 -77.950 Wilmington
USINV 30.400 -90.150 Madisonville
USIOR 40.817 -124.183 Samoa
USIQL 46.300 -124.050 Ilwaco
USIS3 40.850 -73.783 City Island
USIS9 44.133 -68.450 Swans Island
USISQ 45.950 -86.250 Manistique
USITO 19.733 -155.067 Hilo
USJAX 30.317 -81.650 Jacksonville
USJBK 37.867 -122.300 Berkeley
USJEC 40.717 -74.033 Jersey City
USJMC 37.850 -122.483 Sausalito
USJNP 33.617 -117.900 Newport Beach
USJNU 58.300 -134.417 Juneau
USJON 44.533 -67.617 Jonesport
USJPP 46.783 -90.783 La Pointe; Madeline Island
USJRT 42.667 -70.617 Rockport
USKA7 19.633 -156.000 Kailua
USKAE 56.967 -133.933 Kake
USKAM 46.017 -122.850 Kalama
USKAU 44.283 -88.267 Kaukauna
USKBP 43.367 -70.467 Kennebunkport
USKCL 56.300 -158.400 Chignik
USKGT 41.933 -73.967 Kingston
USKIB 55.800 -159.467 Ivanof Bay
USKIS 51.967 177.550 Kiska
USKJH 35.550 -77.050 Washington
USKKU 58.817 -158.567 Ekuk
USKLN 57.533 -153.983 Larsen Bay
USKLW 55.550 -133.100 Klawock
USKOT 63.033 -163.550 Kotlik
USKOZ 57.917 -152.500 Ouzinkie; Uzinki
USKQA 54.133 -165.800 Akutan Harbor
USKTN 55.333 -131.650 Ketchikan
USKUA 21.083 -157.033 Kaunakakai
USKUY 57.633 -154.000 Uyak
USKVC 55.050 -162.317 King Cove
USKWF 55.300 -133.233 Waterfall
USKWH 20.033 -155.833 Kawaihae
USKWU 44.467 -87.500 Kewaunee
USKWY 45.783 -84.717 Mackinaw City
USKXA 55.533 -132.400 Kasaan
USKYK 57.567 -154.450 Karluk
USKYP 47.700 -122.617 Keyport
USLAJ 46.767 -88.467 L Anse
USLAX 33.750 -118.250 Los Angeles; San Pedro; Terminal Island; Wilmington
USLB2 44.867 -66.983 Lubec
USLBA 44.183 -83.550 Alabaster
USLCH 30.217 -93.250 Lake Charles
USLDM 43.950 -86.450 Ludington
USLGB 33.767 -118.183 Long Beach
USLHN 20.867 -156.667 Lahaina
USLMO 29.700 -91.217 Morgan City
USLO9 28.883 -90.017 Loop Terminal
USLOG 46.133 -122.933 Longview
USLOR 41.467 -82.183 Lorain
USLPW 56.383 -134.633 Little Port Walter
USLZN 42.450 -70.950 Lynn
USMAH 39.817 -75.417 Marcus Hook
USMBL 44.250 -86.317 Manistee
USMCD 45.850 -84.617 Mackinac Island
USMEM 35.067 -90.167 Port Of Memphis
USMGC 41.733 -86.900 Michigan City
USMGS 46.417 -86.650 Munising
USMH2 42.500 -70.850 Marblehead
USMI3 45.417 -83.783 Calcite
USMI8 38.100 -122.267 Mare Island
USMIA 25.783 -80.183 Miami
USMJK 35.367 -120.850 Morro Bay
USMKE 43.033 -87.883 Milwaukee
USMKG 43.233 -86.267 Muskegon
USMKI 47.950 -122.300 Mukilteo
USMLG 36.800 -121.783 Moss Landing
USMLQ 44.533 -67.883 Milbridge
USMNM 45.095 -87.589 Menominee
USMOB 30.683 -88.117 Mobile
USMOI 41.883 -83.333 Monroe
USMOY 45.083 -87.600 Marinette
USMQI 42.250 -70.967 Quincy
USMQT 46.533 -87.383 Marquette
USMRH 34.717 -76.700 Morehead City
USMRZ 38.033 -122.133 Martinez
USMSY 29.950 -90.050 New Orleans
USMTM 55.133 -131.567 Metlakatla
USMTP 41.067 -71.933 Montauk Harbor
USMTW 44.092 -87.648 Manitowoc
USMY3 36.617 -121.883 Monterey
USMYC 41.350 -71.967 Mystic
USNAX 21.317 -158.117 Barber's Point; Kalaeloa
USNBD 41.633 -70.917 New Bedford
USNCO 41.583 -71.400 Quonset Point
USNEB 48.367 -124.617 Neah Bay
USNEW 29.950 -90.367 Destrehan
USNGZ 37.783 -122.267 Alameda
USNIJ 21.950 -159.350 Nawiliwili Bay
USNIK 60.683 -151.400 Nikiski
USNIN 60.050 -151.683 Ninilchik
USNK3 41.317 -71.983 Noank
USNLO 41.350 -72.083 New London
USNNK 58.717 -157.017 Naknek
USNNS 36.967 -76.433 Newport News
USNOC 41.517 -72.083 Norwich
USNPO 44.633 -124.050 Newport
USNPT 41.500 -71.333 Newport
USNRB 30.400 -81.433 Mayport
USNSS 29.733 -93.900 Sabine Pass
USNSX 39.650 -75.567 New Castle
USNTD 34.150 -119.200 Port Hueneme
USNYC 40.700 -74.017 New York City
USOAK 37.817 -122.333 Oakland
USOCE 38.333 -75.083 Ocean City
USOCQ 44.894 -87.829 Oconto
USOGG 20.900 -156.467 Kahului
USOGS 44.700 -75.500 Ogdensburg
USOL2 38.050 -122.267 Oleum
USOLM 47.050 -122.900 Olympia
USOME 64.500 -165.417 Nome
USOMU 38.317 -76.450 Solomons Island
USONG 46.883 -89.333 Ontonagon
USORF 36.850 -76.300 Norfolk
USORG 30.083 -93.733 Orange
USORQ 41.100 -73.417 Norwalk
USOSC 44.417 -83.317 Oscoda
USOSW 43.467 -76.517 Oswego
USOSZ 60.583 -145.717 Orca
USOTH 43.400 -124.217 North Bend
USOTS 48.517 -122.617 Anacortes
USOTZ 66.917 -162.583 Kotzebue
USOW4 47.783 -122.400 Point Wells
USOYH 43.867 -69.583 Boothbay Harbor
USP2C 38.017 -122.367 Pinole Point
USPAB 26.767 -80.050 Palm Beach
USPAE 48.000 -122.217 Everett; Port Gardner
USPAL 21.900 -159.583 Port Allen
USPAS 29.717 -95.217 Pasadena
USPAU 39.850 -75.250 Paulsboro
USPAY 40.500 -74.267 Perth Amboy
USPB5 35.133 -120.650 Pismo Beach
USPBG 38.033 -121.883 Pittsburg
USPCN 41.517 -82.933 Port Clinton
USPCP 40.750 -73.017 Patchogue
USPCV 28.700 -80.617 Canaveral Harbor; Port Canaveral
USPCX 38.050 -122.183 Port Costa
USPDX 45.517 -122.667 Portland
USPEC 57.967 -136.233 Pelican
USPEF 26.100 -80.117 Port Everglades
USPET 45.367 -84.967 Petoskey
USPFN 30.133 -85.650 Panama City
USPGH 47.850 -122.583 Port Gamble
USPGL 30.350 -88.567 Pascagoula
USPGM 59.350 -151.817 Port Graham
USPHL 39.950 -75.133 Philadelphia
USPHN 43.000 -82.433 Port Huron
USPIE 27.767 -82.617 St Petersburg
USPIP 57.567 -157.600 Pilot Point
USPIS 26.083 -97.200 Port Isabel
USPJS 60.050 -148.067 San Juan Cannery
USPLV 28.617 -96.617 Port Lavaca
USPME 27.633 -82.567 Port Manatee
USPML 55.983 -160.567 Port Moller
USPNS 30.400 -87.217 Pensacola
USPO2 42.733 -124.500 Port Orford
USPOA 29.833 -93.967 Port Arthur
USPON 30.000 -93.950 Port Neches
USPOU 41.700 -73.950 Poughkeepsie
USPRD 40.567 -74.233 Port Reading
USPRJ 32.367 -80.683 Port Royal
USPSG 56.817 -132.950 Petersburg
USPSJ 29.817 -85.317 Port St Joe
USPSL 35.167 -120.750 Port San Luis; San Luis Obispo
USPSM 43.083 -70.750 Portsmouth
USPSS 46.567 -87.383 Presque Isle
USPSX 28.683 -96.217 Palacios
USPTD 56.250 -134.650 Port Alexander
USPTH 56.883 -158.700 Port Heiden
USPTJ 40.950 -73.083 Port Jefferson
USPTL 56.300 -134.667 Port Armstrong
USPTM 36.817 -76.300 Portsmouth
USPTU 59.017 -161.833 Platinum
USPU2 41.650 -82.817 Put In Bay
USPUL 47.733 -122.650 Poulsbo
USPUP 58.233 -134.267 Dupont
USPVC 42.050 -70.183 Provincetown
USPVD 41.800 -71.400 Providence
USPWA 43.383 -87.867 Port Washington
USPWI 58.483 -152.583 Port William
USPWM 43.667 -70.250 Portland
USPWR 56.383 -134.733 Big Port Walter
USPWT 47.567 -122.650 Bremerton
USPXO 47.533 -122.633 Port Orchard
USPYM 41.950 -70.667 Plymouth
USPYP 38.133 -76.533 Piney Point
USQAG 44.600 -87.433 Algoma
USQMW 57.150 -153.200 Mccord
USQPX 43.150 -124.367 Prosper
USQSK 43.500 -70.450 Saco
USRAC 42.733 -87.783 Racine
USRAI 46.083 -122.933 Rainier
USRCE 48.617 -123.167 Roche  Harbor
USRCH 37.917 -122.367 Point Richmond; Richmond
USRCY 45.450 -83.817 Rogers City
USRER 42.650 -73.750 Rensselaer
USRGA 46.783 -88.483 Baraga
USRI4 40.650 -74.133 Port Richmond SI
USRIC 37.533 -77.417 Richmond
USRKD 44.100 -69.100 Rockland
USRKP 28.017 -97.050 Rockport
USROC 43.267 -77.600 Rochester; Charlotte
USRP3 44.183 -69.067 Rockport
USRSF 30.050 -90.550 Reserve
USRVA 38.150 -121.700 Rio Vista
USRWC 37.533 -122.200 Redwood City
USS8B 43.867 -69.550 South Bristol
USSAB 29.717 -93.867 Sabine
USSAC 38.583 -121.500 Sacramento
USSAK 37.967 -122.433 Point San Pablo
USSAN 32.717 -117.183 San Diego
USSAV 32.083 -81.083 Savannah
USSBA 34.417 -119.683 Santa Barbara
USSBM 43.750 -87.700 Sheboygan
USSBY 38.367 -75.600 Salisbury
USSCC 70.333 -148.417 Prudhoe Bay
USSCK 37.950 -121.300 Stockton
USSCL 42.817 -82.483 St Clair
USSCU 42.200 -70.717 Scituate
USSDP 55.333 -160.533 Sand Point
USSEA 47.600 -122.333 Seattle
USSEM 39.667 -75.483 Salem Nj
USSFO 37.817 -122.417 San Francisco
USSG4 44.150 -68.667 Stonington
USSGM 43.433 -83.933 Saginaw
USSGN 41.333 -71.900 Stonington
USSGY 59.450 -135.333 Skagway
USSHG 45.650 -84.467 Cheboygan
USSHH 66.250 -166.083 Shishmaref
USSIF 47.650 -122.700 Silverdale
USSIT 57.050 -135.333 Sitka
USSKY 41.450 -82.717 Sandusky
USSLM 42.517 -70.883 Salem
USSMK 63.483 -162.033 St. Michael
USSNJ 29.979 -90.828 St. James
USSOD 43.267 -76.983 Sodus Bay
USSOH 42.400 -86.283 South Haven
USSOL 64.550 -164.400 Solomon
USSOV 59.433 -151.733 Seldovia
USSRE 29.950 -90.317 St Rose
USSRP 44.450 -68.917 Searsport
USSRU 36.967 -122.017 Santa Cruz
USSSI 31.150 -81.500 Brunswick
USSSM 46.500 -84.350 Sault Ste Marie
USSTH 45.867 -122.800 St Helens
USSUE 44.833 -87.383 Sturgeon Bay
USSUL 29.483 -89.683 Port Sulphur
USSUW 46.733 -92.067 Superior
USSVA 63.683 -170.400 Savoonga
USSW8 28.450 -90.700 Southwest Pass
USSWD 60.100 -149.433 Seward
USSWF 41.500 -74.000 Newburgh
USSWN 40.550 -74.250 Sewaren
USSXX 42.117 -86.483 St Joseph; Benton Harbor
USSYP 44.517 -68.817 Sandypoint
USTDX 44.617 -123.933 Toledo
USTHB 47.017 -91.650 Two Harbors; Agate Bay
USTIV 41.633 -71.217 Tiverton
USTIW 47.283 -122.417 Tacoma
USTKE 57.783 -135.200 Tenakee Springs
USTOL 41.700 -83.467 Toledo
USTPA 27.917 -82.450 Tampa
USTRY 42.733 -73.700 Troy
USTTN 40.200 -74.767 Trenton
USTVC 44.767 -85.617 Traverse City
USTWD 48.117 -122.750 Port Townsend
USTWR 44.150 -87.567 Two Rivers
USTWY 44.267 -83.500 Tawas City
USTXT 29.383 -94.917 Texas City
USUAA 53.867 -166.533 Unalaska
USUAC 40.100 -74.850 Bristol
USUGN 42.367 -87.817 Waukegan
USUGS 57.533 -157.417 Ugashik
USUNK 63.883 -160.783 Unalakleet
USURD 38.333 -121.567 Courtland
USUST 29.900 -81.317 St Augustine
USUTP 41.133 -73.283 Southport
USUXZ 41.000 -73.667 Port Chester
USUYN 30.267 -89.783 Slidell
USUZF 43.033 -78.883 Tonawanda
USVAN 45.633 -122.683 Vancouver
USVDZ 61.083 -146.400 Valdez Marine Terminal; Valdez
USVE9 41.433 -82.367 Vermilion
USVI2 37.533 -76.800 West Point
USVLO 38.083 -122.250 South Vallejo
USVNT 34.283 -119.283 Ventura
USVYH 41.450 -70.600 Vineyard Haven
USW8S 44.283 -68.317 Southwest Harbor
USW9A 45.583 -122.350 Washougal
USWAS 38.867 -77.033 Washington D.C.
USWDC 55.400 -131.733 Ward Cove
USWEK 43.383 -86.350 White Lake
USWGC 34.217 -77.817 Wrightsville
USWH5 44.383 -68.083 Winter Harbor
USWHD 55.917 -130.000 Hyder
USWHO 41.517 -70.667 Woods Hole
USWIE 44.633 -68.850 Winterport
USWIH 46.683 -123.750 Willapa Harbor
USWJQ 40.767 -74.017 Weehawken
USWLR 55.600 -131.633 Loring
USWQF 60.778 -148.694 Whittier
USWRG 56.467 -132.383 Wrangell
USWSB 55.533 -133.633 Steamboat Bay
USWSZ 46.133 -123.383 Westport; Westhaven Cove; West Haven
USWTO 46.167 -123.917 Warrenton
USWYD 42.200 -83.150 Wyandotte
USWZU 46.667 -90.883 Washburn
USXJY 48.600 -122.933 Orcas
USXKN 35.867 -76.750 Plymouth
USXLX 41.033 -73.550 Stamford
USXMK 33.917 -78.017 Southport
USXNA 40.467 -74.367 Sayreville
USXNG 42.133 -83.167 Trenton
USXSI 47.217 -123.100 Shelton
USXTT 42.083 -87.683 Wilmette
USYAK 59.550 -139.733 Yakutat
USYAS 27.833 -97.050 Port Aransas
USYIG 27.817 -97.183 Port Ingleside
USYKW 37.233 -76.500 Yorktown
USYON 40.933 -73.900 Yonkers
USYTW 43.250 -79.050 Youngstown
USYXG 38.233 -121.517 Walnut Grove
USZAK 52.733 174.067 Alcan Harbor
USZIP 40.650 -74.183 Elizabethport
USZKL 28.150 -82.767 Tarpon Springs
USZMP 42.817 -70.867 Newburyport
USZZM 40.483 -74.267 South Amboy
UYCYR -34.467 -57.850 Colonia; Colonia Del Sacremento
UYFZB -33.117 -58.317 Fray Bentos
UYJIT -34.950 -54.700 Jose Ignacio
UYJLC -34.433 -57.450 Puerto Sauce; Sauce
UYLAP -34.650 -54.150 La Paloma; Paloma
UYMVD -34.900 -56.217 Montevideo
UYNVP -33.883 -58.417 Nueva Palmira
UYPDU -32.317 -58.067 Paysandu
VCKTN 13.150 -61.233 Kingstown
VEAMY 11.750 -70.233 Amuay (Bahia De Amuay); Amuay; Amuay Bay
VEBJV 10.517 -71.633 Bajo Grande
VEBOR 10.483 -67.983 Puerto Borburata; Barburata
VECAR 10.150 -63.033 Caripito
VECBL 8.133 -63.550 Ciudad Bolivar
VECHV 10.917 -68.267 Puerto Chichiriviche
VECLM 10.600 -67.017 Catia La Mar
VECMR 11.483 -69.350 Puerto Cumarebo; Tucupido
VECUM 10.467 -64.183 Cumana (Puerto Sucre); Puerto Sucre
VECUP 10.700 -63.250 Carupano
VEEGU 10.900 -64.100 El Guamache
VEELP 10.483 -68.117 El Palito
VEETV 10.767 -71.533 El Tabiazo
VEGUI 10.567 -62.300 Guiria
VEGUT 10.250 -64.583 Guanta
VEJOT 10.100 -64.850 Jose Terminal
VELAG 10.617 -66.933 La Guaira
VELSP 11.700 -70.217 Las Piedras
VELSV 10.367 -71.467 La Salina
VEMAR 10.633 -71.600 Maracaibo
VEMIV 10.767 -71.567 Puerto Miranda
VEPBL 10.483 -68.000 Puerto Cabello
VEPCN 11.633 -70.233 Punta Cardon
VEPCZ 10.250 -64.633 Puerto La Cruz
VEPHO 10.633 -62.100 Puerto De Hierro
VEPLA 8.367 -62.683 Palua
VEPLV 10.783 -71.583 Punta De Palmas; Punta Palmas
VEPRG 10.233 -64.567 Bahia De Pertigalete
VEPZO 8.350 -62.717 Puerto Ordaz
VESLV 9.783 -71.067 San Lorenzo
VGRAD 18.417 -64.617 Road Harbor; Road Town
VICHA 18.350 -64.933 Charlotte Amalie; St Thomas Harbor
VICTD 17.750 -64.700 Christiansted
VICZB 18.333 -64.800 Cruz Bay
VIFRD 17.717 -64.883 Frederiksted
VILIB 17.700 -64.750 Limetree Bay
VIPAX 17.700 -64.767 Port Alucroix
VNBNO 11.883 109.167 Vinh Cam Ranh
VNCLI 10.750 106.783 Cat Lai
VNCPH 21.033 107.367 Cam Pha; Kamfa
VNDAD 16.100 108.217 Da Nang; Tourane
VNHON 20.950 107.067 Hon Gai; Hongal
VNHPH 20.917 106.683 Hai Phong
VNNGT 18.767 105.767 Nghe Tinh; Ben Thuy
VNNHA 12.250 109.233 Nha Trang
VNPHU 10.583 107.033 Phu My
VNPQC 10.217 103.967 Duong Dong
VNSGN 10.767 106.717 Thanh Ho Chi Minh; Saigon
VNTHO 10.817 106.767 Thanh Hoa; Le Mon
VNUIH 13.767 109.233 Qui Nhon; Quy Nhon
VNVUT 10.350 107.067 Vung Tau; Mui Vung Tau
VULUG -15.517 167.167 Luganville; Santo
VUVLI -17.733 168.317 Port Vila
WFMAU -13.283 -176.133 Mata-Utu
WSAPW -13.817 -171.767 Apia
YEADE 12.783 44.950 Aden; Bandar At Tawahi
YEASR 14.733 49.500 Ash Shihr Oil Terminal
YEBLH 13.967 48.183 Balhaf
YEHOD 14.833 42.967 Al Ahmadi; Al Hudaydah; Hodeidah
YEMOK 13.317 43.250 Al Mukha
YENIS 15.817 52.200 Nishtun
YERAI 15.133 42.600 Ras Isa Marine Terminal
YESAL 15.300 42.667 Salif; As Salif; Saleef
YEZAM 14.517 49.117 Al Mukalla; Khalf Harbor; Mukalla
ZACPT -33.917 18.417 Cape Town
ZADUR -29.867 31.067 Durban; Port Natal
ZAELS -33.033 27.917 East London
ZAMZY -34.175 22.146 Mossel Bay; Aliwal
ZAPLZ -33.952 25.642 Port Elizabeth
ZARCB -28.810 32.098 Richards Bay
ZASDB -33.033 17.967 Saldanha Bay; Saldanhabaai
ZASMN -34.185 18.437 Simonstown; Simonsbaai
"""
